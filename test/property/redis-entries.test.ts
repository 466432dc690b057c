/** Two nodes on one Redis find what one memory would hold, whatever is set, marked and read when. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryBackend, type CacheStore, type FoundEntry } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { scopeNamed } from '../../packages/testing/src/cache-store/entries.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedParts, type TimedParts } from '../redis/timed-backend.ts'
import { entryTraces, type EntryStep } from './redis-entry-traces.ts'

const prefix = 'differential:'
const clock = manualClock()
let server: RedisNode
let nodes: readonly [TimedParts, TimedParts]

beforeAll(async () => {
  server = await startRedisNode()
  const where = `redis://127.0.0.1:${server.port}`
  // One of them holds its values compressed: the other need not know.
  nodes = [timedParts(where, prefix, { clock, compressAbove: 0 }), timedParts(where, prefix, { clock })]
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await server.stop()
})

let runs = 0

/** A memory and two nodes that are asked the same. */
class Pair {
  readonly #scope = scopeNamed(`run ${++runs}`)
  readonly #memory = memoryBackend({ clock }).entries
  readonly #begun = new Map<number, readonly [memory: number, redis: number]>()

  async ask(step: EntryStep): Promise<readonly [unknown, unknown]> {
    const redis = nodes[step.node].entries
    if (step.type === 'wait') {
      clock.advance(step.ms)
      return [0, 0]
    }
    if (step.type === 'begin') {
      const stamps = [await this.#memory.stamp(this.#scope), await redis.stamp(this.#scope)] as const
      this.#begun.set(step.making, stamps)
      return [0, 0]
    }
    const stamps = step.type === 'set' ? this.#begun.get(step.making) : undefined
    const said = [
      await this.#ask(this.#memory, step, stamps?.[0]),
      await this.#ask(redis, step, stamps?.[1]),
    ] as const
    if (step.type === 'set' && said[1] === false) await this.#forget(step.key)
    return said
  }

  /** A node that hears of a mark while it sets has taken an older entry away by then, too. */
  async #forget(key: string): Promise<void> {
    for (const store of [this.#memory, nodes[0].entries]) await store.delete(this.#scope, key)
  }

  async #ask(store: CacheStore, step: EntryStep, stamp: number | undefined): Promise<unknown> {
    const now = clock.now()
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

describe('memory and Redis', () => {
  it('find the same', async () => {
    await fc.assert(
      fc.asyncProperty(entryTraces, async (trace) => {
        const pair = new Pair()
        for (const step of trace) {
          const [memory, redis] = await pair.ask(step)
          expect(redis, JSON.stringify(step)).toEqual(memory)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('leave no key without an end, nor one outside of the prefix', async () => {
    const keys = (await server.command('KEYS', '*')) as readonly string[]
    expect(keys.length).toBeGreaterThan(100)
    for (const key of keys) {
      expect(key.startsWith(prefix)).toBe(true)
      expect(Number(await server.command('PTTL', key))).toBeGreaterThan(0)
    }
  })
})
