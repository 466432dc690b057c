/** Where entries live: response cache and data cache alike. */
import type { Codec } from './codec.ts'
import type { MaybePromise } from './maybe-promise.ts'

/** An entry with its life as absolute instants on the backend's clock. Immutable once set. */
export interface CacheEntry<V = unknown> {
  readonly value: V
  /** Size in bytes for the bound on memory, key excluded. */
  readonly bytes: number
  /** From `CacheStore.stamp()`, taken before the making of the value began: any later mark outruns the entry. */
  readonly stamp: number
  readonly storedAt: number
  /** From here on it is stale. */
  readonly staleAt: number
  /** From here on it is gone. There is no entry without an end. */
  readonly deleteAt: number
  /** What it can be invalidated by, exact strings: tags, route, URL. */
  readonly labels: readonly string[]
  /** What it can be invalidated by as a prefix: the path. */
  readonly path: string
}

/** An entry as found. `softened` tells that a soft mark outran it: it counts as stale from now on. */
export interface FoundEntry<V = unknown> {
  readonly entry: CacheEntry<V>
  readonly softened: boolean
}

/** What is invalidated at once, in O(1): everything in `scope` that carries the label, lies under the path prefix, or simply everything. */
export type Mark =
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'prefix'; readonly prefix: string }
  | { readonly type: 'all' }

export interface MarkOptions {
  /** Stale, not gone. */
  readonly soft: boolean
}

/** One cache's part of the store. */
export interface CacheScope<V = unknown> {
  /** Tells the scope apart: keys, marks and clears of one never touch another. */
  readonly name: string
  /** What values become where they leave this process's memory. */
  readonly codec: Codec<V>
  /** Told of a stored value that the codec refuses, or whose format is not the codec's; for whoever asked it is not there. */
  readonly undecodable: (error: unknown) => void
}

/** The instants of a life that is changed while the value stays. */
export type EntryTimes = Pick<CacheEntry, 'staleAt' | 'deleteAt'>

/**
 * Invalidation wins: an entry whose `stamp` is older than a mark that concerns it is never found again (or found
 * softened), and `set` with such an entry stores nothing.
 */
export interface CacheStore {
  /** The newest entry under the key that is not past `deleteAt` and that no hard mark outran. */
  get(scope: CacheScope, key: string): MaybePromise<FoundEntry | undefined>
  /** What `get` would say at once, of what this process holds and can vouch for: for times when nobody else is to be asked. */
  atHand?(scope: CacheScope, key: string): FoundEntry | undefined
  /** What `get` says of each of the keys, in one round trip; only those that are there. */
  getMany(scope: CacheScope, keys: readonly string[]): MaybePromise<ReadonlyMap<string, FoundEntry>>
  /** False when it was refused: outrun by a hard mark, older than what is stored (smaller stamp), too large, already past `deleteAt`. */
  set(scope: CacheScope, key: string, entry: CacheEntry): MaybePromise<boolean>
  /** Gives the entry under the key another life, without writing its value again; false when there is none. */
  touch(scope: CacheScope, key: string, times: EntryTimes): MaybePromise<boolean>
  /** True when there was one. */
  delete(scope: CacheScope, key: string): MaybePromise<boolean>
  /** A number greater than every stamp and mark so far; to be taken before the making of a value begins. */
  stamp(scope: CacheScope): MaybePromise<number>
  mark(scope: CacheScope, marks: readonly Mark[], options: MarkOptions): MaybePromise<void>
  stats(): CacheStoreStats
}

export interface CacheStoreStats {
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
}
