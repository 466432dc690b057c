/** With limits and entries in Redis, every framework keeps the contract of an adapter as with a memory of its own. */
import { afterAll, beforeAll } from 'vitest'
import { adapterContract } from '@forebay/testing'
import { frameworksOnRedis } from '../harness/on-redis.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

for (const harness of frameworksOnRedis(() => `redis://127.0.0.1:${node.port}`)) adapterContract(harness)
