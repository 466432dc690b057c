/** Changing limits while the limiter runs. */
import { describe, expect, test } from 'vitest'
import { createRateLimiter, memoryBackend, type RateLimiterChanges } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { gateHarness } from './gate-harness.ts'

const three = { limit: 3, window: '1m', algorithm: 'fixed-window' } as const

describe('update', () => {
  test('keeps what was used', async () => {
    const limiter = createRateLimiter({ ...three, backend: memoryBackend({ clock: manualClock() }) })
    await limiter.consume('k')
    await limiter.consume('k')
    limiter.update({ limit: 10 })
    expect(await limiter.consume('k')).toMatchObject({ allowed: true, limit: 10, remaining: 7 })
    limiter.update({ limit: 2 })
    expect(await limiter.consume('k')).toMatchObject({ allowed: false, limit: 2, remaining: 0 })
    limiter.update({ cost: 5, limit: 20 })
    expect(await limiter.consume('k')).toMatchObject({ allowed: true, remaining: 12 })
  })

  test('replaces a list of policies', async () => {
    const limiter = createRateLimiter({ policies: [{ name: 'a', limit: 1, window: '1m' }] })
    limiter.update({ policies: [{ name: 'b', limit: 9, window: '1m', cost: 2 }] })
    expect(await limiter.consume('k')).toMatchObject({ limit: 9, remaining: 7, policies: [{ name: 'b' }] })
  })

  test.each<[string, object, RegExp]>([
    ['an unknown option', { limt: 1 }, /update: unknown option 'limt'. Did you mean 'limit'/],
    ['what cannot change', { algorithm: 'gcra' }, /update: unknown option 'algorithm'/],
    ['a wrong value', { limit: Number.NaN }, /update: limit: NaN/],
    ['policies beside a limit', { policies: [{ name: 'a', limit: 1, window: 1 }] }, /exclude each other/],
    ['nothing', null as never, /update: null given as options/],
  ])('refuses %s, and then nothing has changed', async (_, changes, message) => {
    const limiter = createRateLimiter(three)
    expect(() => limiter.update(changes as RateLimiterChanges)).toThrow(message)
    limiter.update({})
    expect(await limiter.consume('k')).toMatchObject({ limit: 3, remaining: 2 })
  })

  test('refuses what a function says anew for each request', () => {
    const asked = gateHarness({ limit: () => 3, window: '1m' }).gate.limiter
    expect(() => asked.update({ limit: 5 })).toThrow(/limit cannot be changed, since a function/)
    expect(() => asked.update({ window: 5 })).toThrow(/window cannot be changed/)
    const costly = gateHarness({ ...three, cost: () => 2 })
    expect(() => costly.gate.limiter.update({ cost: 1 })).toThrow(/cost cannot be changed/)
    costly.gate.limiter.update({ limit: 8 })
    expect(costly.admit().decision).toMatchObject({ limit: 8, remaining: 6 })
  })
})

describe('what functions say', () => {
  test('limit, window and cost, at once or later, each request anew', async () => {
    let plan = { limit: 3, window: 60_000, cost: 1 }
    const { admit } = gateHarness({
      algorithm: 'fixed-window',
      limit: () => plan.limit,
      window: () => plan.window,
      cost: () => plan.cost,
      headers: 'draft-10',
    })
    expect(admit().decision).toMatchObject({ limit: 3, remaining: 2 })
    plan = { limit: 10, window: 60_000, cost: 4 }
    expect(admit().decision).toMatchObject({ limit: 10, remaining: 5 })
    const later = gateHarness({ limit: async () => 2, window: async () => 60_000, cost: async () => 2 })
    expect((await later.admitLater()).type).toBe('pass')
    expect((await later.admitLater()).type).toBe('deny')
  })

  test('a cost function beside a ready limiter', () => {
    const limiter = createRateLimiter(three)
    const { admit } = gateHarness({ limiter, cost: () => 3 })
    expect(admit().type).toBe('pass')
    expect(admit().type).toBe('deny')
    const fixed = gateHarness({ limiter, cost: 2, key: () => 'other' })
    expect(fixed.admit().decision?.remaining).toBe(1)
  })

  test('a cost that could never fit is denied without Retry-After', () => {
    const { admit } = gateHarness({ ...three, cost: () => 4 })
    expect(admit().decision).toMatchObject({ allowed: false })
    expect(admit().decision?.retryAfterMs).toBeUndefined()
  })

  test('as many different limits as there are requests are no leak and no confusion', () => {
    let limit = 0
    const { admit } = gateHarness({ limit: () => limit, window: '1m' })
    for (limit = 1; limit <= 2_500; limit++) expect(admit().decision?.limit).toBe(limit)
  })
})
