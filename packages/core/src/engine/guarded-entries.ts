/** The cache's part of the store, which may be slow, broken or lying without any request noticing more than a miss. */
import type { BackendGuard } from '../guard/backend-guard.ts'
import { GuardedWay, unavailable } from '../guard/guarded-way.ts'
import type { CircuitState } from '../guard/circuit.ts'
import type { BackendUser } from '../guard/outage.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import { isPromise } from '../kit/promise.ts'
import type { CacheEntry, CacheScope, CacheStore, FoundEntry, Mark } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

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

/** Stands for a stamp that the store did not give: older than everything, so that nothing is stored under it. */
const noStamp = -1

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
    if (this.#isSuspect || (!way.isSound && !way.admits('get'))) return undefined
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

  /** False when it was not stored, for whatever reason. */
  set(key: string, entry: CacheEntry, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope } = this.#options
    if (entry.stamp === noStamp) return false
    return attempt(
      this.#writes,
      { operation: 'set', timeoutMs, ask: () => store.set(scope, key, entry), read: isTrue },
      false,
    )
  }

  /** False when there was none, and when the store did not confirm it: then it is made up for. */
  delete(key: string, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope, guard } = this.#options
    const missed = (deleted: boolean | undefined): boolean => {
      if (deleted === undefined) guard.missed.key(scope, key)
      return deleted ?? false
    }
    const deleted = attempt(
      this.#writes,
      { operation: 'delete', timeoutMs, ask: () => store.delete(scope, key), read: isTrue },
      undefined,
    )
    return isPromise(deleted) ? deleted.then(missed) : missed(deleted)
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
    if (!way.isSound && !way.admits('mark')) return fail(unavailable('mark'))
    let marked: MaybePromise<void>
    try {
      marked = store.mark(scope, marks, { soft })
    } catch (error) {
      way.failedAtOnce('mark', error)
      return fail(error)
    }
    if (isPromise(marked)) {
      return way
        .hear(marked, { operation: 'mark', timeoutMs: markTimeoutMs, read: () => undefined })
        .catch(fail)
    }
    if (!way.isSound) way.workedAtOnce()
  }

  /** The cache is closed: what the store has not confirmed yet is tried once more, and then given up. Never rejects. */
  async close(): Promise<void> {
    const { guard, scope } = this.#options
    await guard.missed.settle(scope)
    guard.missed.forget(scope)
  }

  #heardLate(found: Promise<FoundEntry | undefined>, timeoutMs: number): Promise<FoundEntry | undefined> {
    return this.#reads.hear(found, { operation: 'get', timeoutMs, read: checked }).then(
      // What was being read while somebody purged may be what should be gone.
      (entry) => (this.#isSuspect ? undefined : entry),
      () => undefined,
    )
  }

  get #isSuspect(): boolean {
    return this.#options.guard.missed.has(this.#options.scope)
  }
}

interface Call<Raw, Value> {
  readonly operation: string
  readonly timeoutMs: number
  readonly ask: () => MaybePromise<Raw>
  readonly read: (raw: Raw) => Value
}

/** Never throws or rejects: `otherwise` after a failure, after the timeout, and where the store is not asked at all. */
function attempt<Raw, Value, Otherwise>(
  way: GuardedWay,
  { operation, timeoutMs, ask, read }: Call<Raw, Value>,
  otherwise: Otherwise,
): MaybePromise<Value | Otherwise> {
  if (!way.isSound && !way.admits(operation)) return otherwise
  try {
    const answer = ask()
    if (isPromise(answer)) return way.hear(answer, { operation, timeoutMs, read }).catch(() => otherwise)
    const value = read(answer)
    if (!way.isSound) way.workedAtOnce()
    return value
  } catch (error) {
    way.failedAtOnce(operation, error)
    return otherwise
  }
}

function notConfirmed(cause: unknown): ForebayError {
  return new ForebayError(
    'FOREBAY_UNAVAILABLE',
    `The backend has not confirmed the invalidation: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'It holds in this process, and everywhere as soon as the backend answers this process again.',
    { cause },
  )
}

/** @throws TypeError for what is no entry. */
function checked(found: unknown): FoundEntry | undefined {
  if (found === undefined || isFoundEntry(found)) return found
  throw new TypeError('the store answered with something that is no entry')
}

function checkedStamp(stamp: unknown): number {
  return typeof stamp === 'number' && Number.isFinite(stamp) ? stamp : noStamp
}

function isTrue(answer: unknown): boolean {
  return answer === true
}

function isFoundEntry(found: unknown): found is FoundEntry {
  if (typeof found !== 'object' || found === null) return false
  const { entry, softened } = found as Partial<FoundEntry>
  return (
    typeof softened === 'boolean' &&
    typeof entry === 'object' &&
    entry !== null &&
    Number.isFinite(entry.stamp) &&
    Number.isFinite(entry.staleAt) &&
    Number.isFinite(entry.deleteAt)
  )
}
