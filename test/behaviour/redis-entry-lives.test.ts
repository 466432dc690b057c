/** How long entries and their marks live in Redis: it is the server's time that counts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, type Clock } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { Connection } from '../../packages/redis/src/connection/connection.ts'
import { settingsOf } from '../../packages/redis/src/connection/settings.ts'
import { EntryNames } from '../../packages/redis/src/entries/entry-names.ts'
import { RedisCacheStore } from '../../packages/redis/src/entries/redis-cache-store.ts'
import { RedisClock } from '../../packages/redis/src/redis-clock.ts'
import { entryNodes, hard, type EntryNodes } from '../redis/entry-nodes.ts'
import { ownRedis } from '../redis/own-redis.ts'

const server = ownRedis()
let nodes: EntryNodes
let names: EntryNames

describe('lives, on the time of the server', () => {
  let backend: RedisBackend

  beforeEach(() => {
    nodes = entryNodes(server.url)
    names = new EntryNames(nodes.prefix, nodes.scope.name)
    backend = redisBackend(server.url, { prefix: nodes.prefix, timeout: '5s' })
  })

  afterEach(() => backend.close())

  const setFor = async (key: string, lifeMs: number): Promise<boolean> => {
    const stamp = await backend.entries.stamp(nodes.scope)
    const now = backend.clock.now()
    return backend.entries.set(nodes.scope, key, {
      value: 'value',
      bytes: 100,
      stamp,
      storedAt: now,
      staleAt: now + lifeMs,
      deleteAt: now + lifeMs,
      labels: ['tag'],
      path: '/',
    })
  }

  it('end when the entry says, and those of its marks not before', async () => {
    const day = 86_400_000
    for (const lifeMs of [1_000, day / 2, 3 * day, 400 * day, 3_000 * day]) {
      expect(await setFor('key', lifeMs)).toBe(true)
      const left = await server.redis.pttl(names.entry('key'))
      expect(left).toBeGreaterThan(lifeMs - 5_000)
      expect(left).toBeLessThanOrEqual(lifeMs + 1_000)
      await backend.entries.mark(nodes.scope, [{ type: 'label', label: 'nothing' }], hard)
      expect(await server.redis.pttl(names.head)).toBeGreaterThanOrEqual(left)
      expect(await server.redis.pttl(names.marks)).toBeGreaterThanOrEqual(left)
      expect(await backend.entries.get(nodes.scope, 'key')).toBeDefined()
    }
  })

  it('of marks that were made before go on with those of entries', async () => {
    await backend.entries.stamp(nodes.scope)
    await backend.entries.mark(nodes.scope, [{ type: 'label', label: 'nothing' }], hard)
    const weekMs = 7 * 86_400_000
    await setFor('key', weekMs)
    for (const name of [names.head, names.marks])
      expect(await server.redis.pttl(name)).toBeGreaterThanOrEqual(weekMs)
    const deleteAt = backend.clock.now() + 9 * weekMs
    await backend.entries.touch(nodes.scope, 'key', { staleAt: deleteAt, deleteAt })
    for (const name of [names.head, names.marks])
      expect(await server.redis.pttl(name)).toBeGreaterThan(8.9 * weekMs)
  })

  it('are bounded, however long they are to be', async () => {
    expect(await setFor('key', 1e15)).toBe(true)
    expect(await server.redis.pttl(names.entry('key'))).toBeLessThanOrEqual(3_652.5 * 86_400_000)
    expect(await setFor('endless', Infinity)).toBe(false)
    expect(await server.redis.exists(names.entry('endless'))).toBe(0)
  })

  it('are changed by a touch', async () => {
    await setFor('key', 1_000)
    const deleteAt = backend.clock.now() + 500_000
    expect(await backend.entries.touch(nodes.scope, 'key', { staleAt: deleteAt, deleteAt })).toBe(true)
    expect(await server.redis.pttl(names.entry('key'))).toBeGreaterThan(490_000)
    expect((await backend.entries.get(nodes.scope, 'key'))?.entry).toMatchObject({
      staleAt: deleteAt,
      deleteAt,
    })
    expect(await backend.entries.touch(nodes.scope, 'key', { staleAt: 1, deleteAt: Infinity })).toBe(false)
    expect(await backend.entries.touch(nodes.scope, 'key', { staleAt: 1, deleteAt: 2 })).toBe(true)
    expect(await server.redis.exists(names.entry('key'))).toBe(0)
  })

  it('are judged by the time of the server from the first read on, whatever the clock here says', async () => {
    await setFor('short', 60_000)
    await setFor('long', 3 * 3_600_000)
    const system = systemClock()
    for (const aheadMs of [-7_200_000, 7_200_000]) {
      const local: Clock = { ...system, now: () => system.now() + aheadMs }
      const settings = settingsOf(server.url, { timeout: '5s' })
      const connection = new Connection({ settings, clock: system })
      const clock = new RedisClock(local)
      const { prefix } = nodes
      const entries = new RedisCacheStore({ connection, prefix, clock, local, compressAbove: Infinity })
      expect((await entries.getMany(nodes.scope, ['short', 'long'])).size).toBe(2)
      expect(Math.abs(clock.now() - backend.clock.now())).toBeLessThan(2_000)
      await connection.close()
    }
  })
})
