/** The bus on Redis keeps its contract. */
import { afterAll, beforeAll } from 'vitest'
import { busContract } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { twoNodes } from '../redis/shared-backends.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

busContract({ name: 'redis', start: async () => twoNodes({ url: `redis://127.0.0.1:${node.port}` }) })
