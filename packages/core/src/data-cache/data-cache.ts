/** The data cache as the app holds it. */
import type { CircuitState } from '../guard/circuit.ts'
import type { InvalidateOptions } from '../engine/invalidate-options.ts'
import type { Duration } from '../kit/duration.ts'
import type { Listenable } from '../kit/emitter.ts'
import type { Backend } from '../ports/backend.ts'
import type { Codec } from '../ports/codec.ts'
import type { DataCacheEvents } from '../ports/events.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

/** What a loader is given. */
export interface LoadContext<T = unknown> {
  readonly key: string
  /** Aborted when the load is given up: by `hardTimeout`, in the background after 30 s without one. */
  readonly signal: AbortSignal
  /** The stale value that this load is to replace, when there is one at hand. */
  readonly stale: T | undefined
}

/**
 * Gets the value from its source. `undefined` means that there is none; that, and `null`, is remembered for
 * `negativeTtl`. What it throws is never cached and reaches everybody who waits.
 */
export type Loader<R = unknown, T = R> = (context: LoadContext<T>) => MaybePromise<R>

/** What `getOrLoad` gives: of an untyped cache what its loader returns, of a typed one that type. */
export type Loaded<T, R> = unknown extends T ? R : T | Extract<R, null | undefined>

/** The life of an entry, and what it can be invalidated by. What is left out is as `createCache` was told. */
export interface EntryOptions<T = unknown> {
  /** How long it is fresh, as a duration or a function of the value; 0 stores nothing. Default 5 minutes: there is no entry without an end. */
  readonly ttl?: Duration | ((value: T, key: string) => Duration)
  /** Spread of `ttl`, from 0 to 1: never longer than `ttl`. */
  readonly jitter?: number
  readonly tags?: readonly string[] | ((value: T, key: string) => readonly string[])
  /** For how long after it became stale it still answers at once while it is loaded again. */
  readonly staleWhileRevalidate?: Duration
  /** For how long after it became stale it still answers when the loader fails or is late. */
  readonly staleIfError?: Duration
}

export interface LoadOptions<T = unknown> extends EntryOptions<T> {
  /** How long a loader's `undefined` or `null` is remembered; 0 does not. */
  readonly negativeTtl?: Duration
  /** Part of `ttl` after which a use loads anew in the background: 0.8. */
  readonly refreshAhead?: number
  /** β of XFetch; 0 switches it off. */
  readonly earlyRefresh?: number
  /** After this, a stale value within `staleIfError` answers while the loader goes on. */
  readonly softTimeout?: Duration
  /** After this, the load is given up. */
  readonly hardTimeout?: Duration
}

export interface MemoizeOptions<Args extends unknown[] = unknown[], T = unknown> extends LoadOptions<T> {
  /**
   * Tells this function's entries from those of others on the same cache. Default: the function's own name. Where other
   * processes see the entries too, a function without a name of its own needs this option, and the second of two that have
   * the same name.
   */
  readonly name?: string
  /** What tells calls apart: a text, a number, an array or an object of such. Default: all arguments. */
  readonly key?: (...args: Args) => unknown
  /** How many entries this function may have made in this process; the least recently used goes. Default 10,000. */
  readonly maxSize?: number
}

export interface MemoizeInfo {
  /** Calls that were answered without running the function. */
  readonly hits: number
  /** Calls that ran it. */
  readonly misses: number
  /** Entries that this process made and that have not ended, as far as it knows. */
  readonly size: number
  readonly maxSize: number
}

/** Takes what the function takes, and promises what it gives. Calls with the same arguments at the same time run it once. */
export interface Memoized<This, Args extends unknown[], R> {
  (this: This, ...args: Args): Promise<R>
  info(): MemoizeInfo
  /** Forgets all entries of this function, in every process; the counts begin anew. Rejects when the backend did not confirm it. */
  clear(): Promise<void>
  /** Forgets the result for these arguments; whether there was one. Rejects when the backend did not confirm it. */
  invalidate(...args: Args): Promise<boolean>
}

export interface TouchOptions {
  /** Counted from now. Default: the entry's own. */
  readonly ttl?: Duration
}

/** Milliseconds, within 5 %. All 0 before the first measurement. */
export interface LatencyQuantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export interface HotKey {
  readonly key: string
  /** Uses, hits and misses alike. An estimate once there are more keys than are counted. */
  readonly uses: number
}

export interface DataCacheStats {
  readonly hits: number
  readonly misses: number
  /** Uses answered by a stale value. */
  readonly stale: number
  /** Loads that failed, and what of the app's own functions and listeners failed. */
  readonly errors: number
  readonly sets: number
  readonly deletes: number
  /** Loads begun, in the background too. */
  readonly loads: number
  /** Uses answered by a load that was on its way already. */
  readonly collapsed: number
  /** Loads begun in the background. */
  readonly refreshes: number
  /** What the backend evicted for want of room, all its caches together. */
  readonly evictions: number
  /** Share of hits, stale ones included, among hits and misses; 0 before the first use. */
  readonly hitRate: number
  /** Answers of the backend that had to be waited for; those of this process's memory come at once and are not timed. */
  readonly backendMs: LatencyQuantiles
  readonly loaderMs: LatencyQuantiles
  /** `closed` while the backend works, `open` while it is done without, `half-open` while one call tries whether it is back. */
  readonly backend: CircuitState
  /** The most used first. */
  readonly hottestKeys: readonly HotKey[]
}

/**
 * Values under keys, each for a limited time. A key is any text that is not empty. A backend that is slow or broken is a
 * miss on reading and `false` on writing, never an error; only what invalidates (`delete`, `expire`, `invalidateTags`,
 * `clear`) rejects when the backend did not confirm it. `undefined` is absence; every other value is a value.
 */
export interface DataCache<T = unknown> extends Listenable<DataCacheEvents> {
  readonly name: string
  readonly namespace: string
  readonly backend: Backend
  /** What values become where they leave this process. */
  readonly codec: Codec<T>
  /** The fresh value, or undefined; with a `loader`, what `getOrLoad` gives. */
  get(key: string): Promise<T | undefined>
  /**
   * The fresh value, or what `loader` gives: run once for all who ask at the same time, and stored. Rejects with what the
   * loader throws, and for a value that the codec cannot hold.
   */
  getOrLoad<R extends T | null | undefined>(
    key: string,
    loader: Loader<R, T>,
    options?: LoadOptions<T>,
  ): Promise<Loaded<T, R>>
  /** The values that are there and fresh, by key; with a `loader`, the others are loaded, each under single flight. */
  getMany(keys: Iterable<string>): Promise<Map<string, T>>
  /** Whether it was stored. Rejects for a value that the codec cannot hold. */
  set(key: string, value: T, options?: EntryOptions<T>): Promise<boolean>
  /** Whether all were stored. Nothing is stored when one of the values cannot be. */
  setMany(entries: Iterable<readonly [key: string, value: T]>, options?: EntryOptions<T>): Promise<boolean>
  /** Whether there is a fresh value. Loads nothing, and is counted as no use. */
  has(key: string): Promise<boolean>
  /** Whether there was one. What is being loaded under the key meanwhile is not stored. */
  delete(key: string): Promise<boolean>
  /** Stale from now on, not gone: `getOrLoad` may still answer with it within its windows. Whether there was one. */
  expire(key: string): Promise<boolean>
  /** Gives a fresh value another life; false when there is none. */
  touch(key: string, options?: TouchOptions): Promise<boolean>
  /**
   * The function with its results cached under its arguments; `this` is passed on, and tells nothing apart. What it throws
   * is never cached. Rejects for arguments that calls cannot be told apart by, unless `key` is given.
   * @throws ForebayError for options that are unknown or malformed, and for a name that is taken or missing.
   */
  memoize<This, Args extends unknown[], R extends T | null | undefined>(
    fn: (this: This, ...args: Args) => MaybePromise<R>,
    options?: MemoizeOptions<Args, T>,
  ): Memoized<This, Args, R>
  /** Everything of this namespace that carries one of the tags, in O(1). With `{ soft: true }` last: stale, not gone. */
  invalidateTags(...tags: string[] | [...string[], InvalidateOptions]): Promise<void>
  /** Everything of this namespace, and nothing of any other. */
  clear(options?: InvalidateOptions): Promise<void>
  stats(): DataCacheStats
  /** Waits for background loads, and lets go of a backend that this cache made itself. Calling it again does nothing. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
