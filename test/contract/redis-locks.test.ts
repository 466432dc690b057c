/** Leases in Redis keep the contract of a lock store. */
import { afterAll, beforeAll } from 'vitest'
import { lockStoreContract } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

lockStoreContract({ name: 'redis', start: async () => timedBackend(`redis://127.0.0.1:${node.port}`) })
