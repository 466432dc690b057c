/** The store behind the tiers, slowed down, that notes when each generation of a key stopped being the truth. */
import type { CacheScope, CacheStore, Clock, FoundEntry } from '@forebay/core'

/** The value of every entry in the model: what no two of them share. */
export interface Generation {
  readonly id: number
}

export class History {
  readonly #clock: Clock
  /** By id: the order in which the store took them, which is the order of generations. */
  readonly #order = new Map<number, number>()
  readonly #outdatedAt = new Map<number, number>()
  readonly #current = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  taken(key: string, id: number, isFresh: boolean): void {
    this.outdated(key)
    this.#order.set(id, this.#order.size)
    this.#current.set(key, id)
    if (!isFresh) this.outdated(key)
  }

  /** What is under the key now is not to be served as fresh any more. */
  outdated(key: string): void {
    const id = this.#current.get(key)
    if (id !== undefined && !this.#outdatedAt.has(id)) this.#outdatedAt.set(id, this.#clock.now())
  }

  orderOf(id: number): number {
    return this.#order.get(id) ?? Number.NaN
  }

  /** For how long this generation has not been the truth any more; 0 for the one that is. */
  outdatedForMs(id: number): number {
    const at = this.#outdatedAt.get(id)
    return at === undefined ? 0 : this.#clock.now() - at
  }
}

export interface RecordedStoreOptions {
  readonly truth: CacheStore
  readonly history: History
  readonly keys: readonly string[]
  /** Waits as long as a call, or its answer, is on its way. */
  readonly travel: () => Promise<void>
}

/** What is done is done at one instant, between the way there and the way back. */
export function recordedStore({ truth, history, keys, travel }: RecordedStoreOptions): CacheStore {
  const thereAndBack = async <T>(act: () => T): Promise<Awaited<T>> => {
    await travel()
    const answer = act()
    await travel()
    return await answer
  }
  const current = (scope: CacheScope, key: string): FoundEntry | undefined => {
    const found = truth.get(scope, key)
    if (found instanceof Promise) throw new Error('the store of the model answers at once')
    return found
  }
  return {
    get: (scope, key) => thereAndBack(() => truth.get(scope, key)),
    getMany: (scope, asked) => thereAndBack(() => truth.getMany(scope, asked)),
    set: (scope, key, entry) =>
      thereAndBack(() => {
        const isStored = truth.set(scope, key, entry)
        const found = current(scope, key)
        if (isStored === true && found !== undefined) {
          history.taken(key, (entry.value as Generation).id, !found.softened)
        }
        return isStored
      }),
    touch: (scope, key, times) => thereAndBack(() => truth.touch(scope, key, times)),
    delete: (scope, key) =>
      thereAndBack(() => {
        history.outdated(key)
        return truth.delete(scope, key)
      }),
    stamp: (scope) => thereAndBack(() => truth.stamp(scope)),
    mark: (scope, marks, options) =>
      thereAndBack(() => {
        void truth.mark(scope, marks, options)
        for (const key of keys) if (current(scope, key)?.softened !== false) history.outdated(key)
      }),
    stats: () => truth.stats(),
  }
}
