/** Entries in Redis keep the contract of a cache store, on one server and on a Cluster. */
import { afterAll, beforeAll } from 'vitest'
import { cacheStoreContract } from '@forebay/testing'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let node: RedisNode
let cluster: RedisCluster

beforeAll(async () => {
  ;[node, cluster] = await Promise.all([startRedisNode(), startRedisCluster()])
})

afterAll(() => Promise.all([node.stop(), cluster.stop()]))

cacheStoreContract({
  name: 'redis',
  start: async () => timedBackend(`redis://127.0.0.1:${node.port}`),
})

cacheStoreContract({
  name: 'redis cluster',
  start: async () => timedBackend({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) }),
})
