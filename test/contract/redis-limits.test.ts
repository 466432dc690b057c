/** Limits in Redis keep the contract of a rate-limit store. */
import { afterAll, beforeAll } from 'vitest'
import { rateLimitStoreContract } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

rateLimitStoreContract({
  name: 'redis',
  start: async () => timedBackend(`redis://127.0.0.1:${node.port}`),
})
