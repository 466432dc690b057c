/** Leases in Redis keep the contract of a lock store: on one server, and in a Cluster. */
import { afterAll, beforeAll } from 'vitest'
import { lockStoreContract } from '@forebay/testing'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let node: RedisNode
let cluster: RedisCluster

beforeAll(async () => {
  ;[node, cluster] = await Promise.all([startRedisNode(), startRedisCluster()])
}, 30_000)

afterAll(async () => {
  await Promise.all([node.stop(), cluster.stop()])
})

lockStoreContract({
  name: 'redis',
  start: async () => timedBackend(`redis://127.0.0.1:${node.port}`),
})

lockStoreContract({
  name: 'redis cluster',
  start: async () => timedBackend({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) }),
})
