/** The cache's part of the store, which may be slow, broken or lying without any request noticing more than a miss. */
import { isPromise } from '../kit/promise.ts'
import type { CacheEntry, CacheScope, CacheStore, FoundEntry, Mark } from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

export interface GuardedEntriesOptions {
  readonly store: CacheStore
  readonly scope: CacheScope
  readonly clock: Clock
  /** Told of every failure: `operation` is the store's method. */
  readonly failed: (operation: string, error: unknown) => void
  /** Told of the first answer after failures. */
  readonly recovered: () => void
}

/** A purge that is not confirmed by then has failed, as far as anybody knows. */
const markTimeoutMs = 5_000

/** Stands for a stamp that the store did not give: older than everything, so that nothing is stored under it. */
const noStamp = -1

const noAnswer: unique symbol = Symbol('no answer')

/** An answer that comes at once is passed on at once; only promises are timed. */
export class GuardedEntries {
  readonly #options: GuardedEntriesOptions
  /** Operations whose latest answer was a failure: one that works tells nothing of another that does not. */
  readonly #failing = new Set<string>()

  constructor(options: GuardedEntriesOptions) {
    this.#options = options
  }

  /** Whether the latest `get` was answered: where it was not, nothing else is worth waiting for. */
  get isReadable(): boolean {
    return !this.#failing.has('get')
  }

  /** Undefined when there is none, and when the store does not answer in time or sensibly. */
  get(key: string, timeoutMs: number): MaybePromise<FoundEntry | undefined> {
    const { store, scope } = this.#options
    try {
      const found = store.get(scope, key)
      if (isPromise(found)) {
        return this.#inTime('get', found, timeoutMs).then((late) =>
          late === noAnswer ? undefined : this.#checked(late),
        )
      }
      return this.#checked(found)
    } catch (error) {
      this.#failed('get', error)
      return undefined
    }
  }

  /** False when it was not stored, for whatever reason. */
  set(key: string, entry: CacheEntry, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope } = this.#options
    if (entry.stamp === noStamp) return false
    return this.#attempt(
      'set',
      () => store.set(scope, key, entry),
      timeoutMs,
      (stored) => stored === true,
    )
  }

  delete(key: string, timeoutMs: number): MaybePromise<boolean> {
    const { store, scope } = this.#options
    return this.#attempt(
      'delete',
      () => store.delete(scope, key),
      timeoutMs,
      (deleted) => deleted === true,
    )
  }

  /** A stamp; one under which nothing will be stored when the store does not give any. */
  stamp(timeoutMs: number): MaybePromise<number> {
    const { store, scope } = this.#options
    // One wait per request is enough: what could not be read a moment ago need not be stored either.
    if (!this.isReadable) return noStamp
    return this.#attempt(
      'stamp',
      () => store.stamp(scope),
      timeoutMs,
      (stamp) => (typeof stamp === 'number' && Number.isFinite(stamp) ? stamp : noStamp),
    )
  }

  /** Rejects or throws when the store did not confirm the marks: whoever purges must know. */
  mark(marks: readonly Mark[], soft: boolean): MaybePromise<void> {
    const { store, scope } = this.#options
    const fail = (error: unknown): never => {
      this.#failed('mark', error)
      throw error
    }
    try {
      const marked = store.mark(scope, marks, { soft })
      if (!isPromise(marked)) return this.#answered('mark')
      return withDeadline(marked, markTimeoutMs, this.#options.clock).then(() => this.#answered('mark'), fail)
    } catch (error) {
      return fail(error)
    }
  }

  #attempt<Raw, Value>(
    operation: string,
    ask: () => MaybePromise<Raw>,
    timeoutMs: number,
    read: (answer: Raw | undefined) => Value,
  ): MaybePromise<Value> {
    const heard = (answer: Raw | typeof noAnswer): Value => {
      if (answer === noAnswer) return read(undefined)
      this.#answered(operation)
      return read(answer)
    }
    try {
      const answer = ask()
      return isPromise(answer) ? this.#inTime(operation, answer, timeoutMs).then(heard) : heard(answer)
    } catch (error) {
      this.#failed(operation, error)
      return read(undefined)
    }
  }

  /** Never rejects: `noAnswer` after a failure or after `timeoutMs`. What comes later is no answer either. */
  #inTime<T>(operation: string, answer: Promise<T>, timeoutMs: number): Promise<T | typeof noAnswer> {
    return withDeadline(answer, timeoutMs, this.#options.clock).catch((error: unknown) => {
      this.#failed(operation, error)
      return noAnswer
    })
  }

  #checked(found: unknown): FoundEntry | undefined {
    if (found === undefined || isFoundEntry(found)) {
      this.#answered('get')
      return found
    }
    this.#failed('get', new TypeError('the store answered with something that is no entry'))
    return undefined
  }

  #failed(operation: string, error: unknown): void {
    this.#failing.add(operation)
    this.#options.failed(operation, error)
  }

  #answered(operation: string): void {
    if (this.#failing.size === 0 || !this.#failing.delete(operation)) return
    if (this.#failing.size === 0) this.#options.recovered()
  }
}

/** Rejects when the answer does not come in time; what comes later is nobody's. */
function withDeadline<T>(answer: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)))
    answer.then(resolve, reject).finally(cancel)
  })
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
