/** The rights that docs/redis.md grants are enough for everything, alone and in a Cluster. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  busContract,
  cacheStoreContract,
  journalContract,
  lockStoreContract,
  rateLimitStoreContract,
} from '@forebay/testing'
import { redisBackend } from '@forebay/redis'
import { take } from '../redis/asking.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { ownPrefix, twoNodes } from '../redis/shared-backends.ts'
import { timedBackend } from '../redis/timed-backend.ts'
import { timedJournal } from '../redis/timed-journal.ts'
import { until } from '../redis/until.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/redis.md', import.meta.url)), 'utf8')

/** `ACL SETUSER forebay …`, for the prefixes that tests have. */
const user = (/^ACL SETUSER .*$/m.exec(page)?.[0] ?? '').replaceAll('forebay:*', '*').split(' ')

/** Of a row of the table below it. */
function rightsFor(what: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${what}`)) ?? ''
  return (/`(\+[^`]*)`/.exec(row)?.[1] ?? '').replaceAll('\\', '').split(' ')
}

let node: RedisNode
let cluster: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
  await node.command(...user, ...rightsFor('`writeBehind`'))
  cluster = await startRedisNode({
    args: ['--save', '', '--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  })
  await cluster.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await cluster.command(...user, ...rightsFor('a Cluster'))
  await until('the cluster', async () =>
    String(await cluster.command('CLUSTER', 'INFO')).includes('cluster_state:ok'),
  )
})

afterAll(() => Promise.all([node.stop(), cluster.stop()]))

const url = (): string => `redis://forebay:password@127.0.0.1:${node.port}`

const name = 'redis, with the rights of docs/redis.md'

for (const contract of [rateLimitStoreContract, cacheStoreContract, lockStoreContract]) {
  contract({ name, start: async () => timedBackend(url()) })
}
busContract({ name, start: async () => twoNodes({ url: url() }) })
journalContract({ name, start: async () => timedJournal(url()) })

busContract({
  name: 'redis cluster, with the rights of docs/redis.md',
  start: async () =>
    twoNodes({ cluster: [`127.0.0.1:${cluster.port}`], username: 'forebay', password: 'password' }),
})

it('are enough in a Cluster', async () => {
  await using backend = redisBackend({
    cluster: [`127.0.0.1:${cluster.port}`],
    username: 'forebay',
    password: 'password',
    prefix: ownPrefix(),
  })
  await until('the cluster', async () => (await backend.health()).ok)
  expect(await take(backend, 'a')).toBe(99)
})

it('are enough at a Sentinel, and a master that it does not know is named', async () => {
  await using sentinel = await startRedisNode({
    config: `sentinel monitor mymaster 127.0.0.1 ${node.port} 1\n`,
    args: ['--sentinel'],
  })
  await sentinel.command('ACL', 'SETUSER', 'watcher', 'on', '>watching', '-@all', ...rightsFor('Sentinels'))
  await sentinel.command('ACL', 'SETUSER', 'default', 'resetpass', '-@all', '+ping')
  const prefix = ownPrefix()
  const options = { prefix, username: 'forebay', password: 'password', sentinelUsername: 'watcher' }
  const sentinels = [`127.0.0.1:${sentinel.port}`]
  await using backend = redisBackend({
    ...options,
    sentinels,
    name: 'mymaster',
    sentinelPassword: 'watching',
  })
  await until('the master', async () => (await backend.health()).ok)
  expect(await take(backend, 'a')).toBe(99)
  await using other = redisBackend({ ...options, sentinels, name: 'other', sentinelPassword: 'watching' })
  expect((await other.health()).detail).toContain(`knows no master by the name of 'other'`)
  await using stranger = redisBackend({ ...options, sentinels, name: 'mymaster', sentinelPassword: 'wrong' })
  expect((await stranger.health()).detail).toContain('WRONGPASS')
})
