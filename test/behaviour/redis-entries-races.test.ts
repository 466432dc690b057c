/** Whoever makes, purges and reads at once: the purge wins, also where Redis loses things meanwhile. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { EntryNames } from '../../packages/redis/src/entries/entry-names.ts'
import { EntryRace, raceScope } from '../redis/entry-race.ts'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { ownRedis } from '../redis/own-redis.ts'

const prefix = 'races:'
const options = { prefix, timeout: '5s' } as const

/** Every key has an end, and is ours. */
async function expectBounded(ports: readonly number[]): Promise<void> {
  let seen = 0
  for (const port of ports) {
    const redis = new Redis(port)
    for (const key of await redis.keys('*')) {
      seen++
      expect(key.startsWith(prefix)).toBe(true)
      // -1: no end. It may have come meanwhile.
      expect(await redis.pttl(key), key).not.toBe(-1)
    }
    redis.disconnect()
  }
  // The head of the marks is there at least; entries may have been purged or over just now.
  expect(seen).toBeGreaterThan(0)
}

describe('on a server', () => {
  const server = ownRedis()

  const open = (): RedisBackend => redisBackend(server.url, options)

  it('nobody finds what was begun before a purge, once that is done', async () => {
    const race = new EntryRace({ purges: 60, open })
    await race.run()
    expect(race.revived).toEqual([])
    expect(race.found).toBeGreaterThan(60)
    await expectBounded([server.port])
  })

  it('nor when marks, scripts, connections and everything are lost all the time', async () => {
    const names = new EntryNames(prefix, raceScope.name)
    const harms = [
      () => server.redis.del(names.head),
      () => server.redis.del(names.marks),
      () => server.redis.script('FLUSH'),
      () => server.redis.set(names.head, 'garbage', 'PX', 60_000),
      () => server.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
      () => server.redis.flushall(),
      () => server.redis.del(names.head, names.marks),
    ]
    const race = new EntryRace({ purges: 60, open, harm: async (purge) => harms[purge % harms.length]?.() })
    await race.run()
    expect(race.revived).toEqual([])
    expect(race.found).toBeGreaterThan(60)
    await expectBounded([server.port])
  })
})

describe('on a Cluster', () => {
  let cluster: RedisCluster

  beforeAll(async () => {
    cluster = await startRedisCluster()
  }, 60_000)

  afterAll(() => cluster.stop())

  const open = (): RedisBackend =>
    redisBackend({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`), ...options })

  it('nobody finds what was begun before a purge, once that is done', async () => {
    const race = new EntryRace({ purges: 30, open })
    await race.run()
    expect(race.revived).toEqual([])
    expect(race.found).toBeGreaterThan(30)
    await expectBounded(cluster.nodes.map(({ port }) => port))
  })

  it('a burst at first is answered', async () => {
    const nodes = [open(), open(), open()]
    const found = await Promise.all(
      Array.from({ length: 300 }, async (_, index) =>
        nodes[index % 3]?.entries.get(raceScope, `key ${index}`),
      ),
    )
    expect(new Set(found)).toEqual(new Set([undefined]))
    await Promise.all(nodes.map((node) => node.close()))
  })
})
