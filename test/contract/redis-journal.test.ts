/** Journals in Redis, on one server, by a client that repeats itself, and in a Cluster, keep the contract of a journal. */
import { afterAll, beforeAll } from 'vitest'
import { journalContract } from '@forebay/testing'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedJournal } from '../redis/timed-journal.ts'

let node: RedisNode
let cluster: RedisCluster

beforeAll(async () => {
  ;[node, cluster] = await Promise.all([startRedisNode(), startRedisCluster()])
}, 60_000)

afterAll(() => Promise.all([node.stop(), cluster.stop()]))

journalContract({
  name: 'redis',
  start: () => timedJournal(`redis://127.0.0.1:${node.port}`),
})

journalContract({
  name: 'redis, by a client that sends everything twice',
  start: () => timedJournal(`redis://127.0.0.1:${node.port}`, true),
})

journalContract({
  name: 'redis cluster',
  start: () => timedJournal({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) }),
})
