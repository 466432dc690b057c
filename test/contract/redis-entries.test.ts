/** Entries in Redis keep the contract of a cache store, compressed or not. */
import { afterAll, beforeAll } from 'vitest'
import { cacheStoreContract } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

cacheStoreContract({
  name: 'redis',
  start: async () => timedBackend(`redis://127.0.0.1:${node.port}`),
})

cacheStoreContract({
  name: 'redis, compressed',
  start: async () => timedBackend({ url: `redis://127.0.0.1:${node.port}`, compressAbove: 0 }),
})
