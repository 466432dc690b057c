/** A memory and two nodes on one shared store, that are asked the same. */
import { memoryBackend, type CacheStore, type FoundEntry } from '@forebay/core'
import type { ManualClock } from '@forebay/testing'
import { scopeNamed } from '../../packages/testing/src/cache-store/entries.ts'
import type { EntryStep } from './redis-entry-traces.ts'

let runs = 0

export class EntryPair {
  readonly #scope = scopeNamed(`run ${++runs}`)
  readonly #clock: ManualClock
  readonly #nodes: readonly [CacheStore, CacheStore]
  readonly #memory: CacheStore
  readonly #begun = new Map<number, readonly [memory: number, shared: number]>()

  constructor(clock: ManualClock, nodes: readonly [CacheStore, CacheStore]) {
    this.#clock = clock
    this.#nodes = nodes
    this.#memory = memoryBackend({ clock }).entries
  }

  async ask(step: EntryStep): Promise<readonly [unknown, unknown]> {
    const shared = this.#nodes[step.node]
    if (step.type === 'wait') {
      this.#clock.advance(step.ms)
      return [0, 0]
    }
    if (step.type === 'begin') {
      const stamps = [await this.#memory.stamp(this.#scope), await shared.stamp(this.#scope)] as const
      this.#begun.set(step.making, stamps)
      return [0, 0]
    }
    const stamps = step.type === 'set' ? this.#begun.get(step.making) : undefined
    const said = [
      await this.#ask(this.#memory, step, stamps?.[0]),
      await this.#ask(shared, step, stamps?.[1]),
    ] as const
    if (step.type === 'set' && said[1] === false) await this.#forget(step.key)
    return said
  }

  /** A node that hears of a mark while it sets has taken an older entry away by then, too. */
  async #forget(key: string): Promise<void> {
    for (const store of [this.#memory, this.#nodes[0]]) await store.delete(this.#scope, key)
  }

  async #ask(store: CacheStore, step: EntryStep, stamp: number | undefined): Promise<unknown> {
    const now = this.#clock.now()
    const scope = this.#scope
    switch (step.type) {
      case 'set': {
        const { key, value, labels, path, staleInMs, lifeMs } = step
        if (stamp === undefined) return undefined
        const times = { storedAt: now, staleAt: now + staleInMs, deleteAt: now + lifeMs }
        return store.set(scope, key, { value, bytes: 100, stamp, labels, path, ...times })
      }
      case 'get':
        return withoutStamp(await store.get(scope, step.key))
      case 'getMany': {
        const found = [...(await store.getMany(scope, step.keys))]
        return new Map(found.map(([key, one]) => [key, withoutStamp(one)]))
      }
      case 'delete':
        return store.delete(scope, step.key)
      case 'touch':
        return store.touch(scope, step.key, { staleAt: now + step.staleInMs, deleteAt: now + step.lifeMs })
      case 'mark':
        return store.mark(scope, step.marks, { soft: step.soft })
      case 'begin':
      case 'wait':
      default:
        throw new Error('this is not asked of a store')
    }
  }
}

/** Numbers of their own. */
function withoutStamp(found: FoundEntry | undefined): unknown {
  return found && { ...found, entry: { ...found.entry, stamp: 0 } }
}
