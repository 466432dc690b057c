/** The data cache on a real Redis, seen from two nodes. */
import { compressed, createCache, json, type CreateCacheOptions, type DataCache } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

const silent = { warn: () => undefined, error: () => undefined }

let node: RedisNode
let backends: RedisBackend[] = []

beforeAll(async () => {
  node = await startRedisNode()
})

beforeEach(() => {
  const prefix = ownPrefix()
  backends = [1, 2].map(() =>
    redisBackend(`redis://127.0.0.1:${node.port}`, { prefix, logger: silent, timeout: '5s' }),
  )
  return async () => {
    await Promise.all(backends.map((backend) => backend.close()))
  }
})

afterAll(() => node.stop())

function caches<T>(options: CreateCacheOptions<T> = {}): [DataCache<T>, DataCache<T>] {
  const [one, two] = backends.map((backend) =>
    createCache<T>({ namespace: 'n', ttl: '1m', timeout: '5s', logger: silent, ...options, backend }),
  )
  return [one!, two!]
}

describe('two nodes', () => {
  it.each<[string, CreateCacheOptions, unknown]>([
    ['json', {}, { list: [0, '', null, -0], __proto__: null }],
    ['json, compressed', { codec: compressed(json, { above: 10 }) }, { text: 'forebay '.repeat(500) }],
    ['msgpack', { codec: 'msgpack' }, { at: new Date(5), bytes: Buffer.from('x'), big: 2n ** 60n }],
    ['structured', { codec: 'structured' }, new Map([['a', new Set([1n])]])],
  ])('give each other values in %s', async (_, options, value) => {
    const [one, two] = caches(options)
    const plain: unknown = value instanceof Map ? value : { ...(value as object) }
    expect(await one.set('k', plain)).toBe(true)
    expect(await two.get('k')).toEqual(plain)
    expect(await two.getMany(['k', 'x'])).toEqual(new Map([['k', plain]]))
    expect(two.stats().backendMs.p50).toBeGreaterThan(0)
  })

  it('run one load for all', async () => {
    const [one, two] = caches<number>()
    let loads = 0
    const load = async (): Promise<number> => {
      loads++
      await new Promise((resolve) => setImmediate(resolve))
      return 7
    }
    const asked = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : two).getOrLoad('k', load))
    expect(new Set(await Promise.all(asked))).toEqual(new Set([7]))
    expect(loads).toBe(1)
  })

  it.each<[string, CreateCacheOptions, string]>([
    ['is too large for its codec', { codec: compressed(json, { maxBytes: 100 }) }, 'Accepted: up to 100'],
    [
      'its codec makes no bytes of',
      { codec: { id: 'text', encode: String as never, decode: String } },
      'Accepted: a Uint8Array',
    ],
  ])('do not take a value for a failure of Redis that %s', async (_, options, words) => {
    const [one, two] = caches(options)
    const large = 'x'.repeat(99)
    for (let tries = 0; tries < 8; tries++) await expect(one.set('k', large)).rejects.toThrow(words)
    await expect(one.getOrLoad('k', () => large)).rejects.toThrow(words)
    const [sound] = caches<string>({ namespace: 'sound' })
    expect([await sound.set('k', large), one.stats().backend, await two.get('k')]).toEqual([
      true,
      'closed',
      undefined,
    ])
  })

  it('tell a loader that asks for its own key, and let others wait for theirs', async () => {
    const [one] = caches<number>()
    const circular = (): Promise<number> => one.getOrLoad('k', circular)
    await expect(one.getOrLoad('k', circular)).rejects.toThrow('asks for the key that it is to load')
    const forever = one.memoize((depth: number): Promise<number> => forever(depth), { name: 'forever' })
    await expect(forever(1)).rejects.toThrow('asks for the key that it is to load')
    const down = one.memoize(async (depth: number): Promise<number> => (depth === 0 ? 7 : down(depth - 1)), {
      name: 'down',
    })
    expect(await Promise.all([down(3), down(3), one.getOrLoad('k', () => 1)])).toEqual([7, 7, 1])
  })

  it('see what the other deletes, expires, purges and clears', async () => {
    const [one, two] = caches<string>({ staleIfError: '1m' })
    await one.setMany(
      ['a', 'b', 'c', 'd'].map((key) => [key, key] as const),
      { tags: ['t'] },
    )
    await two.set('d', 'kept', { tags: [] })
    expect(await two.delete('a')).toBe(true)
    expect(await two.expire('b')).toBe(true)
    expect([...(await one.getMany(['a', 'b', 'c', 'd'])).keys()]).toEqual(['c', 'd'])
    expect(await one.getOrLoad('b', () => Promise.reject(new Error('down')))).toBe('b')
    await two.invalidateTags('t')
    expect([...(await one.getMany(['a', 'b', 'c', 'd'])).keys()]).toEqual(['d'])
    await two.clear()
    expect(await one.has('d')).toBe(false)
  })

  it('let no load of one bring back what the other deleted meanwhile', async () => {
    const [one, two] = caches<string>()
    let give: (value: string) => void = () => undefined
    let isLoading = false
    const slow = one.getOrLoad('k', () => {
      isLoading = true
      return new Promise<string>((resolve) => (give = resolve))
    })
    await until('the load to begin', () => isLoading)
    expect(await two.delete('k')).toBe(false)
    give('old')
    expect(await slow).toBe('old')
    expect(await two.get('k')).toBeUndefined()
  })

  it('hear what any service publishes', async () => {
    const [one] = caches<string>()
    await one.setMany([
      ['a', 'a'],
      ['b', 'b'],
    ])
    const message = JSON.stringify({ namespace: 'n', keys: ['a'] })
    await until('the message to be heard', async () => {
      await backends[1]!.bus.publish('invalidate', message)
      return !(await one.has('a'))
    })
    expect(await one.get('b')).toBe('b')
  })
})
