import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createCache, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { expect, it } from 'vitest'
import { HotKeys } from '../../../packages/core/src/kit/hot-keys.ts'
import { Latencies } from '../../../packages/core/src/kit/latencies.ts'
import { cacheHarness, turns } from './cache-harness.ts'
import { codedBackend } from './coded-backend.ts'

it('counts hits, misses, sets and deletes', async () => {
  const { cache } = cacheHarness<number>()
  expect(cache.stats()).toEqual({
    hits: 0,
    misses: 0,
    stale: 0,
    errors: 0,
    sets: 0,
    deletes: 0,
    loads: 0,
    collapsed: 0,
    refreshes: 0,
    evictions: 0,
    hitRate: 0,
    backendMs: { p50: 0, p95: 0, p99: 0 },
    loaderMs: { p50: 0, p95: 0, p99: 0 },
    backend: 'closed',
    hottestKeys: [],
  })
  await cache.set('a', 1)
  for (let use = 0; use < 3; use++) await cache.get('a')
  await cache.get('b')
  await cache.getOrLoad('c', () => 3)
  await cache.getMany(['a', 'x'])
  await cache.has('a')
  await cache.delete('a')
  await cache.delete('a')
  expect(cache.stats()).toMatchObject({ hits: 4, misses: 3, sets: 2, deletes: 1, loads: 1, hitRate: 4 / 7 })
  expect(cache.stats().hottestKeys).toEqual([
    { key: 'a', uses: 4 },
    { key: 'b', uses: 1 },
    { key: 'c', uses: 1 },
    { key: 'x', uses: 1 },
  ])
})

it('tells how long backend and loader take', async () => {
  const clock = manualClock()
  const backend = codedBackend(clock)
  const { get } = backend.entries
  let slowness = 2
  backend.entries.get = async (...args) => {
    const found = await get(...args)
    clock.advance(slowness)
    return found
  }
  const { cache } = cacheHarness<number>({ timeout: '10s' }, { backend, clock })
  for (let use = 0; use < 100; use++) {
    if (use === 90) slowness = 50
    await cache.getOrLoad(`k${use}`, () => {
      clock.advance(10)
      return 1
    })
  }
  const { backendMs, loaderMs } = cache.stats()
  const isNear = (value: number, expected: number): boolean => Math.abs(value / expected - 1) < 0.05
  expect([backendMs.p50, backendMs.p95, loaderMs.p50, loaderMs.p99]).toSatisfy(
    ([p50 = 0, p95 = 0, loader50 = 0, loader99 = 0]: number[]) =>
      isNear(p50, 2) && isNear(p95, 50) && isNear(loader50, 10) && isNear(loader99, 10),
  )
})

it('says what becomes of a use, and what is stored, in the order of happening', async () => {
  const { cache, clock, events } = cacheHarness<number>({ namespace: 'n', name: 'shop', ttl: '10s' })
  await cache.getOrLoad('k', () => 1)
  await cache.get('k')
  clock.advance(10_000)
  await cache.get('k')
  expect(events).toEqual([
    ['miss', { name: 'shop', key: 'k' }],
    ['stored', { name: 'shop', key: 'k', bytes: expect.any(Number), ttlMs: 10_000 }],
    ['hit', { name: 'shop', key: 'k' }],
    ['miss', { name: 'shop', key: 'k' }],
  ])
})

it('publishes on diagnostics channels, and lets no listener in the way', async () => {
  const { cache, log } = cacheHarness<number>({ name: 'loud' })
  const heard: unknown[] = []
  const hear = (payload: unknown): void => void heard.push(payload)
  subscribe('forebay:hit', hear)
  const off = cache.on('hit', () => {
    throw new Error('in a listener')
  })
  cache.on('miss', () => Promise.reject(new Error('later')))
  try {
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
    expect(await cache.getOrLoad('k', () => 2)).toBe(1)
    expect(await cache.get('missing')).toBeUndefined()
    await turns()
    expect(heard).toEqual([
      { name: 'loud', key: 'k' },
      { name: 'loud', key: 'k' },
    ])
    expect(cache.stats().errors).toBe(3)
    expect(log.filter((line) => line.includes("listener of 'hit'"))).toHaveLength(1)
  } finally {
    unsubscribe('forebay:hit', hear)
  }
  off()
  await cache.get('k')
  expect(cache.stats().errors).toBe(3)
})

it('stops telling a listener that is taken off', async () => {
  const cache = createCache<number>({ backend: memoryBackend() })
  const heard: unknown[] = []
  const hear = (payload: unknown): void => void heard.push(payload)
  cache.on('miss', hear)
  await cache.get('k')
  cache.off('miss', hear)
  await cache.get('k')
  expect(heard).toHaveLength(1)
})

it('finds the hottest of very many keys in bounded memory', () => {
  let seed = 1
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const hot = new HotKeys(random)
  for (let use = 0; use < 500_000; use++) {
    const draw = random()
    hot.use(draw < 0.1 ? 'hottest' : draw < 0.15 ? 'hot' : `k${Math.floor(random() * 1e6)}`)
  }
  const top = hot.top(2)
  expect(top.map(({ key }) => key)).toEqual(['hottest', 'hot'])
  expect(top[0]?.uses).toBeGreaterThan(40_000)
  expect(top[0]?.uses).toBeLessThan(65_000)
  expect(hot.top(1_000).length).toBeLessThanOrEqual(128)
})

it('gives quantiles within a few percent, of the present', () => {
  const latencies = new Latencies()
  for (let index = 1; index <= 1_000; index++) latencies.add(index)
  const { p50, p95, p99 } = latencies.quantiles()
  expect([p50 / 500, p95 / 950, p99 / 990].every((ratio) => ratio > 0.95 && ratio < 1.05)).toBe(true)
  for (let index = 0; index < 1_000_000; index++) latencies.add(3)
  expect(latencies.quantiles().p50).toBeCloseTo(3, 0)
  const extremes = new Latencies()
  for (const ms of [0, -1, 1e12]) extremes.add(ms)
  expect(extremes.quantiles().p99).toBeGreaterThan(500_000)
})
