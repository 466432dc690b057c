/** Two nodes with one data cache on one Redis: what one has set, touched or invalidated, the other goes by. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCache, type CreateCacheOptions, type DataCache } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { ownRedis } from '../redis/own-redis.ts'
import { ownPrefix } from '../redis/shared-backends.ts'

const silent = { warn: () => undefined, error: () => undefined }

const server = ownRedis()
let backends: readonly [RedisBackend, RedisBackend]
let prefix: string

beforeEach(() => {
  prefix = ownPrefix()
  const open = (): RedisBackend => redisBackend(server.url, { prefix, timeout: '5s', compressAbove: 200 })
  backends = [open(), open()]
})

afterEach(() => Promise.all(backends.map((backend) => backend.close())))

function caches<T = unknown>(options: CreateCacheOptions<T> = {}): [DataCache<T>, DataCache<T>] {
  const open = (backend: RedisBackend): DataCache<T> =>
    createCache<T>({
      namespace: 'a',
      ttl: '10m',
      timeout: '5s',
      earlyRefresh: 0,
      logger: silent,
      ...options,
      backend,
    })
  return [open(backends[0]), open(backends[1])]
}

const plain = { text: 'né 💧', list: [1, null, true, -0.5, { deep: [] }], long: 'x'.repeat(1_000) }
const rich = {
  date: new Date(5),
  map: new Map([['a', new Set([1])]]),
  bytes: Uint8Array.of(0, 255),
  big: 2n ** 70n,
}

describe('a value', () => {
  it.each([
    ['json', plain],
    ['msgpack', plain],
    ['structured', { ...plain, ...rich }],
    ['json', 0],
    ['json', ''],
    ['json', false],
    ['json', null],
  ] as const)('is on the other node what it was on the first: %s', async (codec, value) => {
    const [one, other] = caches({ codec })
    expect(await one.set('key', value)).toBe(true)
    expect(await other.get('key')).toEqual(value)
    expect(await other.has('key')).toBe(true)
    expect([...(await other.getMany(['none', 'key']))]).toEqual([['key', value]])
  })

  it('is a miss and an event where another codec wrote it, and is written anew', async () => {
    const [one] = caches({ codec: 'json' })
    const [, other] = caches({ codec: 'msgpack' })
    const errors: unknown[] = []
    other.on('error', (event) => errors.push(event))
    await one.set('key', plain)
    expect(await other.get('key')).toBeUndefined()
    expect(errors).toHaveLength(1)
    expect(await other.getOrLoad('key', () => 'loaded')).toBe('loaded')
    expect(await other.get('key')).toBe('loaded')
  })

  it('is a miss where another version wrote it', async () => {
    const [one] = caches({ version: '1' })
    const [, other] = caches({ version: '2' })
    await one.set('key', 'value')
    expect(await other.get('key')).toBeUndefined()
    expect(await one.get('key')).toBe('value')
  })

  it('is loaded once for both', async () => {
    const both = caches()
    let runs = 0
    const load = (): number => ++runs
    for (const cache of both) expect(await cache.getOrLoad('key', load)).toBe(1)
    for (const cache of both) expect(await cache.getOrLoad('nothing', () => void runs++)).toBeUndefined()
    expect(runs).toBe(2)
  })

  it('lives on as one of them uses it, without being written again', async () => {
    const [one, other] = caches({ sliding: true, ttl: '1h' })
    await one.set('key', plain)
    const [name = ''] = await server.redis.keys(`${prefix}e1:*`)
    const before = await server.redis.getBuffer(name)
    await server.redis.pexpire(name, 60_000)
    await server.redis.config('RESETSTAT')
    expect(await other.touch('key')).toBe(true)
    expect(await server.redis.pttl(name)).toBeGreaterThan(3_000_000)
    expect((await server.redis.getBuffer(name))?.subarray(24)).toEqual(before?.subarray(24))
    expect(await server.redis.info('commandstats')).not.toMatch(/cmdstat_set:/)
  })
})

describe('what one node invalidates', () => {
  it.each<[what: string, invalidate: (cache: DataCache) => Promise<unknown>]>([
    ['a key', (cache) => cache.delete('key')],
    ['a tag', (cache) => cache.invalidateTags('tag')],
    ['everything', (cache) => cache.clear()],
  ])('is gone for the other: %s', async (_what, invalidate) => {
    const [one, other] = caches()
    const apart = createCache({ namespace: 'b', backend: backends[0], logger: silent })
    for (const cache of [one, apart]) await cache.set('key', 'value', { tags: ['tag'] })
    expect(await other.get('key')).toBe('value')
    await invalidate(other)
    expect(await one.get('key')).toBeUndefined()
    expect(await other.get('key')).toBeUndefined()
    expect(await apart.get('key')).toBe('value')
  })

  it('while the other loads it is not stored', async () => {
    const [one, other] = caches()
    const loaded = await one.getOrLoad(
      'key',
      async () => {
        await other.invalidateTags('tag')
        return 'old'
      },
      { tags: ['tag'] },
    )
    expect(loaded).toBe('old')
    expect(await other.get('key')).toBeUndefined()
    expect(await one.get('key')).toBeUndefined()
  })
})

it('a hit is one command, and so are many', async () => {
  const [one] = caches()
  const keys = Array.from({ length: 30 }, (_, index) => `key ${index}`)
  for (const key of keys) await one.set(key, key)
  await server.redis.config('RESETSTAT')
  expect(await one.get('key 1')).toBe('key 1')
  expect((await one.getMany(keys)).size).toBe(30)
  const stats = await server.redis.info('commandstats')
  expect(stats).toMatch(/cmdstat_mget:calls=2,/)
  expect(stats).not.toMatch(/cmdstat_(eval|evalsha|get):/)
})
