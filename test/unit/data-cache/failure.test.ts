/** A backend that is away, slow, lying or full costs misses; what invalidates tells. */
import type { Backend, CacheStore } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { describe, expect, it } from 'vitest'
import { cacheHarness, heldLoader, turns, type CacheHarness } from './cache-harness.ts'
import { codedBackend } from './coded-backend.ts'

type Fault = 'none' | 'throws' | 'rejects' | 'hangs' | 'lies'

interface Faulty extends CacheHarness<string> {
  fault: Fault
  readonly asked: () => number
}

function faulty(options: object = {}): Faulty {
  const clock: ManualClock = manualClock()
  const sound = codedBackend(clock)
  let fault: Fault = 'none'
  let asked = 0
  const through =
    (method: keyof CacheStore) =>
    (...args: never[]): unknown => {
      asked++
      if (fault === 'throws') throw new Error('at once')
      if (fault === 'rejects') return Promise.reject(new Error('ECONNREFUSED'))
      if (fault === 'hangs') return new Promise(() => undefined)
      if (fault === 'lies') return Promise.resolve({ entry: 'no', softened: 7 })
      return (sound.entries[method] as (...all: never[]) => unknown)(...args)
    }
  const methods = ['get', 'getMany', 'set', 'touch', 'delete', 'stamp', 'mark'] as const
  const entries = {
    ...Object.fromEntries(methods.map((method) => [method, through(method)])),
    stats: () => sound.entries.stats(),
  } as unknown as CacheStore
  const health = async (): Promise<{ ok: boolean; latencyMs: number; detail: string }> => ({
    ok: fault === 'none',
    latencyMs: 0,
    detail: fault,
  })
  const backend: Backend = { ...sound, entries, health }
  const harness = cacheHarness<string>(options, { backend, clock })
  return {
    ...harness,
    asked: () => asked,
    get fault() {
      return fault
    },
    set fault(next: Fault) {
      fault = next
    },
  }
}

/** Lets deadlines pass while the promise is waited for. */
async function inTime<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const state = { isOver: false }
  const noted = promise.finally(() => (state.isOver = true))
  noted.catch(() => undefined)
  for (let step = 0; step < 400; step++) {
    await turns()
    if (state.isOver) break
    clock.advance(50)
  }
  return await noted
}

describe.each<Fault>(['throws', 'rejects', 'hangs', 'lies'])('a backend that %s', (fault) => {
  it('is a miss for who reads, and false for who writes', async () => {
    const harness = faulty()
    const { cache, clock } = harness
    await cache.set('k', 'stored')
    harness.fault = fault
    expect(await inTime(clock, cache.get('k'))).toBeUndefined()
    expect(
      await inTime(
        clock,
        cache.getOrLoad('k', () => 'loaded'),
      ),
    ).toBe('loaded')
    expect(await inTime(clock, cache.getMany(['k']))).toEqual(new Map())
    expect(await inTime(clock, cache.has('k'))).toBe(false)
    expect(await inTime(clock, cache.set('k', 'new'))).toBe(false)
    expect(await inTime(clock, cache.setMany([['k', 'new']]))).toBe(false)
    expect(await inTime(clock, cache.touch('k'))).toBe(false)
    const reasons = harness.events.filter(([event]) => event === 'refused').map(([, payload]) => payload)
    expect(reasons).toContainEqual({ name: 'default', key: 'k', reason: 'backend' })
  })

  it('lets a purge fail, and makes up for it when it is back', async () => {
    const harness = faulty()
    const { cache, clock } = harness
    await cache.set('k', 'stored')
    harness.fault = fault
    const purges: (() => Promise<unknown>)[] = [
      () => cache.delete('k'),
      () => cache.expire('k'),
      () => cache.invalidateTags('t'),
      () => cache.clear(),
    ]
    for (const purge of purges.slice(0, fault === 'lies' ? 2 : 4)) {
      await expect(inTime(clock, purge())).rejects.toMatchObject({ code: 'FOREBAY_UNAVAILABLE' })
    }
    harness.fault = 'none'
    for (let step = 0; step < 40; step++) {
      clock.advance(100)
      await turns()
    }
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getOrLoad('k', () => 'new')).toBe('new')
    expect(await cache.get('k')).toBe('new')
  })
})

it('keeps single flight while the backend is away, and is not asked all the time', async () => {
  const harness = faulty()
  const { cache, clock, log, events } = harness
  // Of one that has never answered, the log speaks later.
  await cache.get('k')
  harness.fault = 'hangs'
  for (let use = 0; use < 20; use++)
    await inTime(
      clock,
      cache.getOrLoad(`k${use}`, () => 'loaded'),
    )
  const before = harness.asked()
  const held = heldLoader<string>()
  const asked = Array.from({ length: 20 }, () => cache.getOrLoad('k', held.load))
  await turns()
  expect(held.calls).toBe(1)
  held.give('once')
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['once']))
  expect(harness.asked()).toBe(before)
  harness.fault = 'none'
  for (let step = 0; step < 40; step++) {
    clock.advance(100)
    await turns()
  }
  expect(await cache.getOrLoad('k', () => 'again')).toBe('again')
  expect(await cache.get('k')).toBe('again')
  expect(events.map(([event]) => event)).toContain('backend-recovered')
  expect(log.filter((line) => line.includes('failed at'))).toHaveLength(1)
})

it('takes what is stored and cannot be decoded for a miss, with an event', async () => {
  const clock = manualClock()
  const backend = codedBackend(clock)
  const written = cacheHarness({ codec: 'structured' }, { backend, clock })
  await written.cache.set('k', new Map())
  const { cache, events } = cacheHarness({}, { backend, clock })
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.getOrLoad('k', () => 'loaded')).toBe('loaded')
  expect(await cache.get('k')).toBe('loaded')
  const errors = events.filter(([event]) => event === 'error')
  expect(errors.length).toBeGreaterThanOrEqual(2)
  expect(errors[0]?.[1]).toMatchObject({
    operation: 'decode',
    error: { message: expect.stringContaining('structured') },
  })
})

it('takes bytes in memory that the codec refuses for a miss too', async () => {
  let isBroken = false
  const { cache, events } = cacheHarness<string>({
    codec: {
      id: 'moody',
      encode: (value) => Buffer.from(value),
      decode: (bytes) => {
        if (isBroken) throw new Error('not today')
        return Buffer.from(bytes).toString()
      },
    },
  })
  await cache.set('k', 'a')
  isBroken = true
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.getMany(['k'])).toEqual(new Map())
  const told = (): number => events.filter(([event]) => event === 'error').length
  expect(told()).toBe(2)
  isBroken = false
  expect(await cache.get('k')).toBe('a')
  isBroken = true
  const loading = cache.getOrLoad('k', () => {
    isBroken = false
    return 'b'
  })
  expect(await loading).toBe('b')
  expect(told()).toBe(3)
})

it('leaves no older value where a newer one has no room', async () => {
  const { cache, events } = cacheHarness<string>()
  await cache.set('k', 'small')
  expect(await cache.set('k', 'x'.repeat(100 * 2 ** 20))).toBe(false)
  expect(await cache.get('k')).toBeUndefined()
  expect(events).toContainEqual(['refused', { name: 'default', key: 'k', reason: 'outrun' }])
})

it('survives a bus that fails', async () => {
  const clock = manualClock()
  const backend = codedBackend(clock)
  const bus = {
    publish: () => undefined,
    subscribe: () => {
      throw new Error('no bus')
    },
  }
  const { cache, events } = cacheHarness<string>({}, { backend: { ...backend, bus }, clock })
  expect(await cache.getOrLoad('k', () => 'a')).toBe('a')
  expect(events.filter(([event]) => event === 'error').length).toBeGreaterThan(0)
})

it('drains on close, and then finds and stores nothing, but still loads', async () => {
  const { cache, clock, backend } = cacheHarness<string>({ ttl: '1s', staleWhileRevalidate: '1m' })
  await cache.set('k', 'old')
  clock.advance(1_000)
  const held = heldLoader<string>()
  expect(await cache.getOrLoad('k', held.load)).toBe('old')
  let isClosed = false
  const closing = cache.close().then(() => (isClosed = true))
  await turns()
  expect(isClosed).toBe(false)
  held.give('late')
  await closing
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.getOrLoad('k', () => 'direct')).toBe('direct')
  expect(await cache.set('k', 'x')).toBe(false)
  expect(await cache.getMany(['k'])).toEqual(new Map())
  await expect(cache.delete('k')).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
  await expect(cache.clear()).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
  await cache.close()
  await cache[Symbol.asyncDispose]()
  expect(await cacheHarness<string>({ staleIfError: '1h' }, { backend, clock }).cache.has('k')).toBe(false)
})

it('waits on close for a hung load no longer than 30 s', async () => {
  const { cache, clock } = cacheHarness<string>()
  void cache.getOrLoad('k', () => new Promise<string>(() => undefined))
  let isClosed = false
  void cache.close().then(() => (isClosed = true))
  clock.advance(29_999)
  await turns()
  expect(isClosed).toBe(false)
  clock.advance(1)
  await turns()
  expect(isClosed).toBe(true)
})
