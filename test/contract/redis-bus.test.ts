/** The bus on Redis keeps its contract: on one server, and in a Cluster. */
import { afterAll, beforeAll } from 'vitest'
import { busContract } from '@forebay/testing'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { twoNodes } from '../redis/shared-backends.ts'

let node: RedisNode
let cluster: RedisCluster

beforeAll(async () => {
  ;[node, cluster] = await Promise.all([startRedisNode(), startRedisCluster()])
}, 30_000)

afterAll(async () => {
  await Promise.all([node.stop(), cluster.stop()])
})

busContract({
  name: 'redis',
  start: async () => twoNodes({ url: `redis://127.0.0.1:${node.port}` }),
})

busContract({
  name: 'redis cluster',
  start: async () => twoNodes({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) }),
})
