/** The cache's part of the store, which may be slow, broken or lying without any request noticing more than a miss. */
import type { BackendGuard } from '../guard/backend-guard.ts'
import { GuardedWay } from '../guard/guarded-way.ts'
import type { CircuitState } from '../guard/circuit.ts'
import { saysClosed, type BackendUser } from '../guard/outage.ts'
import { asError } from '../kit/as-error.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import { isPromise } from '../kit/promise.ts'
import type {
  CacheEntry,
  CacheScope,
  CacheStore,
  EntryTimes,
  FoundEntry,
  Mark,
} from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { allChecked, checked, checkedStamp, isTrue, noStamp } from './checked-answers.ts'
import { attempt, surely } from './guarded-call.ts'

export interface GuardedEntriesOptions {
  readonly store: CacheStore
  readonly scope: CacheScope
  /** That of the backend that the store belongs to. */
  readonly guard: BackendGuard
  /** The cache, told of failures and of their end. */
  readonly user: BackendUser
}

/** A purge that is not confirmed by then has failed, as far as anybody knows. */
const markTimeoutMs = 5_000

const noEntries: ReadonlyMap<string, FoundEntry> = new Map<string, FoundEntry>()

/** Whether anything will be stored under the stamp. */
export function isStamp(stamp: number): boolean {
  return stamp !== noStamp
}

/**
 * An answer that comes at once is passed on at once; only promises are timed. While the backend is away it is not asked,
 * and what it did not confirm to have invalidated is not served, nor anything else, until it has.
 */
export class GuardedEntries {
  readonly #options: GuardedEntriesOptions
  readonly #reads: GuardedWay
  readonly #stamps: GuardedWay
  readonly #writes: GuardedWay
  /** Grows with everything that is written here: what was being read before may be different since. */
  changes = 0

  constructor(options: GuardedEntriesOptions) {
    this.#options = options
    const { guard, user } = options
    this.#reads = new GuardedWay(guard, 'reads', user)
    this.#stamps = new GuardedWay(guard, 'stamps', user)
    this.#writes = new GuardedWay(guard, 'writes', user)
  }

  /** Whether the latest `get` was answered: where it was not, nothing else is worth waiting for. */
  get isReadable(): boolean {
    return this.#reads.isSound && !this.#isSuspect
  }

  /** Whether the latest `set`, `delete` or `mark` was answered. */
  get isWritable(): boolean {
    return this.#writes.isSound
  }

  /** Whether nothing that storing takes has failed lately. */
  get isSound(): boolean {
    return this.isReadable && this.#stamps.isSound && this.#writes.isSound
  }

  /** How the backend does, as far as caches are concerned. */
  get state(): CircuitState {
    return this.#options.guard.state('reads', 'stamps', 'writes')
  }

  /** Undefined when there is none, and when the store does not answer in time or sensibly. */
  get(key: string, timeoutMs: number): MaybePromise<FoundEntry | undefined> {
    const { store, scope } = this.#options
    const way = this.#reads
    if (this.#isSuspect) return undefined
    if (!way.isSound && !way.admits('get')) return this.#atHand(key)
    try {
      const found = store.get(scope, key)
      if (isPromise(found)) return this.#heardLate(found, timeoutMs)
      const entry = checked(found)
      if (!way.isSound) way.workedAtOnce()
      return entry
    } catch (error) {
      way.failedAtOnce('get', error)
      return undefined
    }
  }

  /** Only what is there; nothing when the store does not answer in time or sensibly. */
  getMany(keys: readonly string[], timeoutMs: number): MaybePromise<ReadonlyMap<string, FoundEntry>> {
    const { store, scope } = this.#options
    if (this.#isSuspect) return noEntries
    const found = attempt(
      this.#reads,
      { operation: 'getMany', timeoutMs, ask: () => store.getMany(scope, keys), read: allChecked },
      noEntries,
    )
    // What was being read while somebody purged may be what should be gone.
    return isPromise(found) ? found.then((late) => (this.#isSuspect ? noEntries : late)) : found
  }

  /** False when it was not stored, for whatever reason. */
  set(key: string, entry: CacheEntry, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope } = this.#options
    if (entry.stamp === noStamp) return false
    const call = { operation: 'set', timeoutMs, ask: () => store.set(scope, key, entry), read: isTrue }
    return this.#changed(attempt(this.#writes, call, false))
  }

  /** False when there was none, and when the store did not confirm it: then it is made up for. */
  delete(key: string, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope, guard } = this.#options
    const missed = (deleted: boolean | undefined): boolean => {
      if (deleted === undefined) guard.missed.key(scope, key)
      return deleted ?? false
    }
    const call = { operation: 'delete', timeoutMs, ask: () => store.delete(scope, key), read: isTrue }
    const deleted = this.#changed(attempt(this.#writes, call, undefined))
    return isPromise(deleted) ? deleted.then(missed) : missed(deleted)
  }

  /** False when there was nothing to touch, and when the store did not confirm it. */
  touch(key: string, times: EntryTimes, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope } = this.#options
    const call = { operation: 'touch', timeoutMs, ask: () => store.touch(scope, key, times), read: isTrue }
    return this.#changed(attempt(this.#writes, call, false))
  }

  /**
   * Puts an entry under the key that counts as newer than everything made before; its making begins with its stamp. False
   * when something newer is there by then. Rejects when the store did not confirm it; then the key is made up for.
   */
  async replace(key: string, entryOf: (stamp: number) => Promise<CacheEntry>): Promise<boolean> {
    const { store, scope, guard } = this.#options
    const timeoutMs = markTimeoutMs
    try {
      const stamp = await surely(this.#stamps, {
        operation: 'stamp',
        timeoutMs,
        ask: () => store.stamp(scope),
        read: checkedStamp,
      })
      if (stamp === noStamp) throw new TypeError('the store answered with something that is no stamp')
      const entry = await entryOf(stamp)
      const ask = (): MaybePromise<boolean> => store.set(scope, key, entry)
      return await this.#changed(surely(this.#writes, { operation: 'set', timeoutMs, ask, read: isTrue }))
    } catch (cause) {
      guard.missed.key(scope, key)
      throw notConfirmed(cause)
    }
  }

  /** A stamp; one under which nothing will be stored when the store does not give any. */
  stamp(timeoutMs: number): MaybePromise<number> {
    const { store, scope } = this.#options
    // One wait per request is enough: what could not be read a moment ago need not be stored either.
    if (!this.isReadable) return noStamp
    return attempt(
      this.#stamps,
      { operation: 'stamp', timeoutMs, ask: () => store.stamp(scope), read: checkedStamp },
      noStamp,
    )
  }

  /**
   * Rejects or throws when the store did not confirm the marks: whoever purges must know. They are remembered then, hold
   * in this process at once, and are given to the store as soon as it answers.
   */
  mark(marks: readonly Mark[], soft: boolean): MaybePromise<void> {
    const { store, scope, guard } = this.#options
    const fail = (cause: unknown): never => {
      guard.missed.marks(scope, marks, soft)
      throw notConfirmed(cause)
    }
    const way = this.#writes
    if (!way.isSound && !way.admits('mark')) return fail(way.refusal('mark'))
    let marked: MaybePromise<void>
    try {
      marked = store.mark(scope, marks, { soft })
    } catch (error) {
      way.failedAtOnce('mark', error)
      return fail(error)
    }
    if (isPromise(marked)) {
      const heard = way.hear(marked, { operation: 'mark', timeoutMs: markTimeoutMs, read: () => undefined })
      return this.#changed(heard.catch(fail))
    }
    if (!way.isSound) way.workedAtOnce()
  }

  /** The cache is closed: what the store has not confirmed yet is tried once more, and then given up. Never rejects. */
  async close(): Promise<void> {
    const { guard, scope } = this.#options
    await guard.missed.settle(scope)
    guard.missed.forget(scope)
  }

  /** A store in two tiers may still answer from the nearer one. */
  #atHand(key: string): FoundEntry | undefined {
    try {
      return checked(this.#options.store.atHand?.(this.#options.scope, key))
    } catch (error) {
      this.#reads.failedAtOnce('get', error)
      return undefined
    }
  }

  #heardLate(found: Promise<FoundEntry | undefined>, timeoutMs: number): Promise<FoundEntry | undefined> {
    return this.#reads.hear(found, { operation: 'get', timeoutMs, read: checked }).then(
      // What was being read while somebody purged may be what should be gone.
      (entry) => (this.#isSuspect ? undefined : entry),
      () => undefined,
    )
  }

  #changed<T>(written: MaybePromise<T>): MaybePromise<T> {
    return isPromise(written) ? written.finally(() => this.changes++) : written
  }

  get #isSuspect(): boolean {
    return this.#options.guard.missed.has(this.#options.scope)
  }
}

function notConfirmed(cause: unknown): ForebayError {
  const isForGood = saysClosed(cause)
  return new ForebayError(
    isForGood ? 'FOREBAY_CLOSED' : 'FOREBAY_UNAVAILABLE',
    `The backend has not confirmed the invalidation: ${asError(cause).message}. ` +
      `It holds in this process${isForGood ? ' only' : ', and everywhere as soon as the backend answers this process again'}.`,
    { cause },
  )
}
