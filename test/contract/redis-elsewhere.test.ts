/** Every part keeps its contract in a Cluster, behind Sentinels, and through clients of either ioredis that somebody else made. */
import { afterAll, beforeAll } from 'vitest'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis'
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis6'
import {
  busContract,
  cacheStoreContract,
  lockStoreContract,
  rateLimitStoreContract,
  type BackendHarness,
} from '@forebay/testing'
import type { RedisClient, RedisOptions } from '@forebay/redis'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { startRedisSentinels, type RedisSentinels } from '../redis/redis-sentinels.ts'
import { twoNodes } from '../redis/shared-backends.ts'
import { timedBackend } from '../redis/timed-backend.ts'

let group: RedisSentinels
let cluster: RedisCluster
const clients: { disconnect(): void }[] = []

beforeAll(async () => {
  ;[group, cluster] = await Promise.all([startRedisSentinels(), startRedisCluster()])
}, 60_000)

afterAll(async () => {
  for (const client of clients) client.disconnect()
  await Promise.all([group.stop(), cluster.stop()])
})

const made = <T extends { disconnect(): void }>(client: T): T => {
  clients.push(client)
  return client
}

const address = ({ port }: { readonly port: number }): string => `127.0.0.1:${port}`
const nodes = (): { host: string; port: number }[] =>
  cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))

const places: readonly (readonly [string, () => RedisOptions | RedisClient])[] = [
  ['sentinels', () => ({ sentinels: group.sentinels.map(address), name: group.name })],
  ['cluster', () => ({ cluster: cluster.nodes.map(address) })],
  ['ioredis 5', once(() => made(new Redis5(group.master.port)))],
  ['ioredis 6', once(() => made(new Redis6(group.master.port)))],
  ['ioredis 5 Cluster', once(() => made(new Cluster5(nodes())))],
  ['ioredis 6 Cluster', once(() => made(new Cluster6(nodes())))],
]

for (const [name, where] of places) {
  const harness: BackendHarness = { name: `redis, ${name}`, start: async () => timedBackend(where()) }
  rateLimitStoreContract(harness)
  cacheStoreContract(harness)
  lockStoreContract(harness)
  busContract({ name: harness.name, start: async () => twoNodes(where()) })
}

/** One client for all tests, as an app has one. */
function once<T>(make: () => T): () => T {
  let client: T | undefined
  return () => (client ??= make())
}
