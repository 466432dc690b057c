import { expect, it } from 'vitest'
import { cacheHarness, heldLoader, turns } from './cache-harness.ts'

it('answers with a stale value at once while one load goes on behind it', async () => {
  const { cache, clock, events } = cacheHarness<string>({ ttl: '1s', staleWhileRevalidate: '10s' })
  await cache.set('k', 'old')
  clock.advance(1_000)
  expect(await cache.get('k')).toBeUndefined()
  const held = heldLoader<string>()
  expect(await Promise.all([cache.getOrLoad('k', held.load), cache.getOrLoad('k', held.load)])).toEqual([
    'old',
    'old',
  ])
  expect(held.calls).toBe(1)
  held.give('new')
  await turns()
  expect(await cache.getOrLoad('k', held.load)).toBe('new')
  expect(held.calls).toBe(1)
  expect(cache.stats()).toMatchObject({ stale: 2, hits: 1, refreshes: 1, loads: 1, misses: 1 })
  expect(events.filter(([event]) => event === 'stale')).toHaveLength(2)
})

it('answers with nothing stale beyond the window', async () => {
  const { cache, clock } = cacheHarness<string>({ ttl: '1s', staleWhileRevalidate: '10s' })
  await cache.set('k', 'old')
  clock.advance(11_000)
  expect(await cache.getOrLoad('k', () => 'new')).toBe('new')
})

it('pauses after a load in the background that failed, and says so once', async () => {
  const { cache, clock, log } = cacheHarness<string>({ ttl: '1s', staleWhileRevalidate: '1m' })
  await cache.set('k', 'old')
  clock.advance(1_000)
  let loads = 0
  const broken = (): never => {
    loads++
    throw new Error('no database')
  }
  for (let use = 0; use < 5; use++) {
    expect(await cache.getOrLoad('k', broken)).toBe('old')
    await turns()
  }
  expect(loads).toBe(1)
  clock.advance(1_000)
  expect(await cache.getOrLoad('k', broken)).toBe('old')
  expect(loads).toBe(2)
  await turns()
  expect(log.filter((line) => line.includes('background'))).toHaveLength(1)
})

it('gives up a load in the background that hangs, so that the key is loaded again', async () => {
  const { cache, clock } = cacheHarness<string>({ ttl: '1s', staleWhileRevalidate: '10m' })
  await cache.set('k', 'old')
  clock.advance(1_000)
  let signal: AbortSignal | undefined
  const hanging = (context: { signal: AbortSignal }): Promise<string> => {
    signal = context.signal
    return new Promise(() => undefined)
  }
  expect(await cache.getOrLoad('k', hanging)).toBe('old')
  clock.advance(29_999)
  expect(signal?.aborted).toBe(false)
  clock.advance(1)
  expect(signal?.aborted).toBe(true)
  await turns()
  clock.advance(1_000)
  expect(await cache.getOrLoad('k', () => 'new')).toBe('old')
  await turns()
  expect(await cache.get('k')).toBe('new')
})

it('answers with a stale value when the loader fails', async () => {
  const { cache, clock, events } = cacheHarness<string>({ ttl: '1s', staleIfError: '10s' })
  await cache.set('k', 'old')
  clock.advance(5_000)
  const failure = new Error('no database')
  const broken = (): Promise<string> => Promise.reject(failure)
  expect(await cache.getOrLoad('k', broken)).toBe('old')
  expect(await cache.getOrLoad('k', () => 'new')).toBe('new')
  clock.advance(11_000)
  await expect(cache.getOrLoad('k', broken)).rejects.toBe(failure)
  expect(events.filter(([event]) => event === 'error')).toHaveLength(2)
  expect(cache.stats()).toMatchObject({ stale: 1, misses: 2, errors: 2 })
})

it('goes by the windows of the call', async () => {
  const { cache, clock } = cacheHarness<string>({ ttl: '1s' })
  await cache.set('k', 'old', { staleIfError: '1m' })
  clock.advance(1_000)
  const broken = (): Promise<string> => Promise.reject(new Error('no database'))
  await expect(cache.getOrLoad('k', broken)).rejects.toThrow('no database')
  expect(await cache.getOrLoad('k', broken, { staleIfError: '1m' })).toBe('old')
  expect(await cache.getOrLoad('k', broken, { staleWhileRevalidate: '1m' })).toBe('old')
})

it('answers with a stale value when the loader is late, and takes what it brings later', async () => {
  const { cache, clock, events } = cacheHarness<string>({
    ttl: '1s',
    staleIfError: '1m',
    softTimeout: '100ms',
  })
  await cache.set('k', 'old')
  clock.advance(1_000)
  const held = heldLoader<string>()
  const asked = cache.getOrLoad('k', held.load)
  await turns()
  clock.advance(99)
  const late = cache.getOrLoad('k', held.load)
  clock.advance(1)
  expect(await asked).toBe('old')
  clock.advance(99)
  expect(await late).toBe('old')
  expect(held.calls).toBe(1)
  held.give('new')
  await turns()
  expect(await cache.get('k')).toBe('new')
  expect(events).toContainEqual(['slow', { name: 'default', operation: 'loader', durationMs: 100 }])
})

it('waits for a late loader where there is nothing stale', async () => {
  const { cache, clock } = cacheHarness<string>({ softTimeout: '100ms' })
  const held = heldLoader<string>()
  const asked = cache.getOrLoad('k', held.load)
  await turns()
  clock.advance(10_000)
  held.give('late')
  expect(await asked).toBe('late')
})

it('gives up a load after the hard timeout, and takes nothing from it later', async () => {
  const { cache, clock } = cacheHarness<string>({ hardTimeout: '1s' })
  let signal: AbortSignal | undefined
  let give: (value: string) => void = () => undefined
  const slow = (context: { signal: AbortSignal }): Promise<string> => {
    signal = context.signal
    return new Promise((resolve) => (give = resolve))
  }
  const asked = [cache.getOrLoad('k', slow), cache.getOrLoad('k', slow)]
  await turns()
  clock.advance(1_000)
  for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'FOREBAY_LOADER_TIMEOUT' })
  expect(signal?.aborted).toBe(true)
  give('too late')
  await turns()
  expect(await cache.has('k')).toBe(false)
})

it('answers with a stale value after the hard timeout where that is allowed', async () => {
  const { cache, clock } = cacheHarness<string>({ ttl: '1s', staleIfError: '1m', hardTimeout: '1s' })
  await cache.set('k', 'old')
  clock.advance(1_000)
  const asked = cache.getOrLoad('k', () => new Promise<string>(() => undefined))
  await turns()
  clock.advance(1_000)
  expect(await asked).toBe('old')
})

it('loads ahead of the end from refreshAhead on, in the background', async () => {
  const { cache, clock } = cacheHarness<number>({ ttl: '10s', refreshAhead: 0.8 })
  let loads = 0
  const load = async (): Promise<number> => ++loads
  await cache.getOrLoad('k', load)
  clock.advance(7_999)
  expect(await cache.getOrLoad('k', load)).toBe(1)
  await turns()
  expect(loads).toBe(1)
  clock.advance(1)
  expect(await cache.getOrLoad('k', load)).toBe(1)
  await turns()
  expect(await cache.getOrLoad('k', load)).toBe(2)
  expect(cache.stats()).toMatchObject({ hits: 3, misses: 1, refreshes: 1 })
  clock.advance(5_000)
  await cache.getOrLoad('k', load, { refreshAhead: 0.5 })
  await turns()
  expect(loads).toBe(3)
})

it('refreshes early by chance: the dearer it was to make, the earlier', async () => {
  let draw = 0
  const { cache, clock } = cacheHarness<number>({ ttl: '60s', earlyRefresh: 1 }, { random: () => draw })
  let loads = 0
  const slow = async (): Promise<number> => {
    clock.advance(1_000)
    return ++loads
  }
  await cache.getOrLoad('k', slow)
  draw = 0.99
  clock.advance(50_000)
  await cache.getOrLoad('k', slow)
  await turns()
  expect(loads).toBe(1)
  draw = 0.999_99
  await cache.getOrLoad('k', slow)
  await turns()
  expect(loads).toBe(2)
  clock.advance(58_000)
  await cache.getOrLoad('k', slow, { earlyRefresh: 0 })
  await turns()
  expect(loads).toBe(2)
})
