/** Two nodes on one Redis find what one memory would hold, whatever is set, marked and read when. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manualClock } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedParts, type TimedParts } from '../redis/timed-backend.ts'
import { EntryPair } from './entry-pair.ts'
import { entryTraces } from './redis-entry-traces.ts'

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

describe('memory and Redis', () => {
  it('find the same', async () => {
    await fc.assert(
      fc.asyncProperty(entryTraces, async (trace) => {
        const pair = new EntryPair(clock, [nodes[0].entries, nodes[1].entries])
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
