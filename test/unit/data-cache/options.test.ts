import { createCache, memoryBackend, type Codec } from '@forebay/core'
import { expect, it } from 'vitest'
import { cacheHarness } from './cache-harness.ts'

const halfCodec = { id: 'half', encode: () => new Uint8Array() }

it.each([
  [{ tll: 1 }, 'FOREBAY_UNKNOWN_OPTION', "Did you mean 'ttl'"],
  [{ ttl: -1 }, 'FOREBAY_INVALID_OPTION', 'ttl: -1'],
  [{ ttl: '1 minute' }, 'FOREBAY_INVALID_OPTION', 'ttl'],
  [{ ttl: Infinity }, 'FOREBAY_INVALID_OPTION', 'ttl'],
  [{ negativeTtl: 1.5 }, 'FOREBAY_INVALID_OPTION', 'negativeTtl'],
  [{ jitter: 2 }, 'FOREBAY_INVALID_OPTION', 'jitter'],
  [{ tags: 'a' }, 'FOREBAY_INVALID_OPTION', 'tags'],
  [{ tags: [''] }, 'FOREBAY_INVALID_OPTION', 'tags'],
  [{ refreshAhead: 0 }, 'FOREBAY_INVALID_OPTION', 'refreshAhead'],
  [{ refreshAhead: 80 }, 'FOREBAY_INVALID_OPTION', 'refreshAhead'],
  [{ earlyRefresh: -1 }, 'FOREBAY_INVALID_OPTION', 'earlyRefresh'],
  [{ softTimeout: 0 }, 'FOREBAY_INVALID_OPTION', 'softTimeout'],
  [{ hardTimeout: '0ms' }, 'FOREBAY_INVALID_OPTION', 'hardTimeout'],
  [{ softTimeout: '1s', hardTimeout: '1s' }, 'FOREBAY_CONFLICTING_OPTIONS', 'softTimeout: 1000 ms'],
  [{ staleWhileRevalidate: 'x' }, 'FOREBAY_INVALID_OPTION', 'staleWhileRevalidate'],
  [{ staleIfError: null }, 'FOREBAY_INVALID_OPTION', 'staleIfError'],
  [{ namespace: '' }, 'FOREBAY_INVALID_OPTION', 'namespace'],
  [{ name: 1 }, 'FOREBAY_INVALID_OPTION', 'name'],
  [{ loader: {} }, 'FOREBAY_INVALID_OPTION', 'loader'],
  [{ sliding: 1 }, 'FOREBAY_INVALID_OPTION', 'sliding'],
  [{ version: 2 }, 'FOREBAY_INVALID_OPTION', 'version'],
  [{ codec: 'yaml' }, 'FOREBAY_INVALID_OPTION', 'json, msgpack, structured'],
  [{ codec: halfCodec }, 'FOREBAY_INVALID_OPTION', 'codec'],
  [{ codec: 'structured', freeze: true }, 'FOREBAY_CONFLICTING_OPTIONS', 'freeze'],
  [{ timeout: 0 }, 'FOREBAY_INVALID_OPTION', 'timeout'],
  [{ backend: {} }, 'FOREBAY_INVALID_OPTION', 'backend'],
  [{ logger: {} }, 'FOREBAY_INVALID_OPTION', 'logger'],
  [null, 'FOREBAY_INVALID_OPTION', 'null'],
])('refuses %j when it is made', (options, code, words) => {
  expect(() => createCache(options as never)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  )
})

it('refuses options of a call that are unknown, malformed or contradict each other', async () => {
  const { cache } = cacheHarness({ hardTimeout: '1s' })
  const calls: [() => Promise<unknown>, string][] = [
    [() => cache.getOrLoad('k', () => 1, { tll: 1 } as never), 'FOREBAY_UNKNOWN_OPTION'],
    [() => cache.getOrLoad('k', () => 1, { ttl: NaN }), 'FOREBAY_INVALID_OPTION'],
    [() => cache.getOrLoad('k', () => 1, { softTimeout: '2s' }), 'FOREBAY_CONFLICTING_OPTIONS'],
    [() => cache.getOrLoad('k', 'loader' as never), 'FOREBAY_INVALID_ARGUMENT'],
    [() => cache.set('k', 1, { refreshAhead: 0.5 } as never), 'FOREBAY_UNKNOWN_OPTION'],
    [() => cache.set('k', 1, { tags: 't' } as never), 'FOREBAY_INVALID_OPTION'],
    [() => cache.touch('k', '10m' as never), 'FOREBAY_INVALID_OPTION'],
    [() => cache.touch('k', { ttl: 0 }), 'FOREBAY_INVALID_OPTION'],
    [() => cache.getMany('abc' as never), 'FOREBAY_INVALID_ARGUMENT'],
    [() => cache.getMany(undefined as never), 'FOREBAY_INVALID_ARGUMENT'],
    [() => cache.setMany([['a']] as never), 'FOREBAY_INVALID_ARGUMENT'],
    [() => cache.setMany({ a: 1 } as never), 'FOREBAY_INVALID_ARGUMENT'],
    [() => cache.clear({ soft: 1 } as never), 'FOREBAY_INVALID_ARGUMENT'],
  ]
  for (const [call, code] of calls) await expect(call()).rejects.toMatchObject({ code })
  expect(cache.stats()).toMatchObject({ loads: 0, sets: 0 })
})

it('lives five minutes where nothing else is said', async () => {
  const { clock, backend } = cacheHarness()
  const cache = createCache({ backend })
  await cache.set('k', 1)
  clock.advance(299_999)
  expect(await cache.has('k')).toBe(true)
  clock.advance(1)
  expect(await cache.has('k')).toBe(false)
})

it('stores nothing whose life or tags are nonsense, and says so', async () => {
  const { cache, events } = cacheHarness<number>()
  const nonsense: readonly object[] = [
    { ttl: () => -1 },
    {
      ttl: () => {
        throw new Error('in ttl')
      },
    },
    { tags: () => 'text' },
    { tags: () => [''] },
  ]
  for (const options of nonsense) {
    expect(await cache.getOrLoad('k', () => 1, options)).toBe(1)
    expect(await cache.has('k')).toBe(false)
  }
  const errors = events
    .filter(([event]) => event === 'error')
    .map(([, payload]) => (payload as { operation: string }).operation)
  expect(errors).toEqual(['ttl', 'ttl', 'tags', 'tags'])
})

it('asks no function of the value where there is none', async () => {
  const asked: unknown[] = []
  const { cache } = cacheHarness<number | null>({
    ttl: (value) => {
      asked.push(value)
      return 1_000
    },
    tags: (value) => {
      asked.push(value)
      return ['t']
    },
  })
  await cache.getOrLoad('a', () => null)
  await cache.getOrLoad('b', () => undefined)
  await cache.getOrLoad('c', () => 3)
  expect(asked).toEqual([3, 3])
})

it('takes a codec of its own, and tells what that one refuses', async () => {
  const upper: Codec<string> = {
    id: 'upper',
    encode: (value) => Buffer.from(value.toUpperCase()),
    decode: (bytes) => Buffer.from(bytes).toString(),
  }
  const { cache } = cacheHarness<string>({ codec: upper })
  await cache.set('k', 'abc')
  expect(await cache.get('k')).toBe('ABC')
  await expect(cache.set('k', 5 as never)).rejects.toThrow(TypeError)
  expect(cache.codec).toBe(upper)
})

it('names itself after its namespace, and makes a memory of its own', async () => {
  const cache = createCache({ namespace: 'user' })
  expect([cache.name, cache.namespace, cache.backend.kind]).toEqual(['user', 'user', 'memory'])
  expect(createCache().namespace).toBe('default')
  await cache.close()
  const backend = memoryBackend()
  expect(createCache({ namespace: 'user', name: 'label', backend })).toMatchObject({ name: 'label', backend })
})
