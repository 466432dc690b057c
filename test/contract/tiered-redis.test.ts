/** Tiers in front of Redis keep the contract of a cache store: with a time of their own, and as they are. */
import { afterAll, beforeAll } from 'vitest'
import { memoryBackend, tieredBackend } from '@forebay/core'
import { cacheStoreContract, manualClock } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

cacheStoreContract({
  name: 'tiered on redis',
  start: async () => {
    const { backend: far, advance, stop } = timedBackend(`redis://127.0.0.1:${node.port}`)
    const clock = manualClock()
    return {
      backend: tieredBackend({ near: memoryBackend({ clock }), far }),
      advance: async (ms) => {
        clock.advance(ms)
        await advance(ms)
      },
      stop,
    }
  },
})
