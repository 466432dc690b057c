import { channel } from 'node:diagnostics_channel'
import { describe, expect, it, vi } from 'vitest'
import { createRateLimiter, memoryBackend, type Decision } from '@forebay/core'
import { manualClock } from '@forebay/testing'

function made(options: object = {}) {
  const clock = manualClock()
  const backend = memoryBackend({ clock })
  const limiter = createRateLimiter({
    limit: 3,
    window: '1m',
    backend,
    algorithm: 'fixed-window',
    ...options,
  })
  return { limiter, clock, backend }
}

describe('a limiter without a framework', () => {
  it('answers at once, and `await` takes that too', async () => {
    const { limiter, clock } = made()
    const decision = limiter.consume('key') as Decision
    expect(decision).toEqual({
      allowed: true,
      limit: 3,
      remaining: 2,
      resetAt: clock.now() + 60_000,
      key: 'key',
      policies: [expect.objectContaining({ name: 'default', allowed: true, remaining: 2 })],
      source: 'backend',
    })
    expect(await limiter.consume('key')).toMatchObject({ allowed: true, remaining: 1 })
  })

  it('denies with a value, and charges nothing for that', async () => {
    const { limiter, clock } = made()
    await limiter.consume('key', { cost: 3 })
    for (let time = 0; time < 5; time++) {
      expect(await limiter.consume('key')).toMatchObject({
        allowed: false,
        remaining: 0,
        retryAfterMs: 60_000,
        reason: 'quota',
      })
    }
    clock.advance(60_000)
    expect(await limiter.consume('key', { cost: 3 })).toMatchObject({ allowed: true })
  })

  it('names no wait where the cost could never fit', async () => {
    const { limiter } = made()
    expect(await limiter.consume('key', { cost: 4 })).not.toHaveProperty('retryAfterMs')
    expect(await limiter.consume('key', { cost: 3 })).toMatchObject({ allowed: true })
  })

  it('looks without charging: peek, and a cost of 0', async () => {
    const { limiter } = made()
    expect(await limiter.peek('key')).toMatchObject({ allowed: true, remaining: 3 })
    expect(await limiter.consume('key', { cost: 0 })).toMatchObject({ allowed: true, remaining: 3 })
    await limiter.consume('key', { cost: 3 })
    expect(await limiter.peek('key')).toMatchObject({ allowed: false, remaining: 0 })
    expect(await limiter.peek('key', { cost: 0 })).toMatchObject({ allowed: true })
    const longKey = 'k'.repeat(10_000)
    expect((await limiter.peek(longKey)).key).toBe(longKey)
  })

  it('decides on several keys, each for itself', async () => {
    const { limiter } = made()
    const decisions = await limiter.consumeMany([{ key: 'a', cost: 3 }, { key: 'b' }, { key: 'a' }])
    expect(decisions.map(({ key, allowed }) => [key, allowed])).toEqual([
      ['a', true],
      ['b', true],
      ['a', false],
    ])
  })

  it('charges none of many when one of them is no key', () => {
    const { limiter } = made()
    expect(() => limiter.consumeMany([{ key: 'a' }, { key: 7 as never }])).toThrow(/key: 7/)
    expect(limiter.peek('a')).toMatchObject({ remaining: 3 })
  })

  it('gives back, forgets, blocks and unblocks', async () => {
    const { limiter, clock } = made()
    await limiter.consume('key', { cost: 3 })
    await limiter.refund('key', 2)
    expect(await limiter.peek('key')).toMatchObject({ remaining: 2 })
    await limiter.refund('key', 100)
    expect(await limiter.peek('key')).toMatchObject({ remaining: 3 })
    await limiter.block('key', '10m')
    expect(await limiter.consume('key')).toMatchObject({
      allowed: false,
      reason: 'blocked',
      retryAfterMs: 600_000,
    })
    await limiter.unblock('key')
    expect(await limiter.consume('key', { cost: 3 })).toMatchObject({ allowed: true })
    await limiter.reset('key')
    expect(await limiter.peek('key')).toMatchObject({ remaining: 3 })
    await limiter.block('key', 1_000)
    clock.advance(1_000)
    expect(await limiter.consume('key')).toMatchObject({ allowed: true })
  })

  it('changes its limits while it runs, and keeps what was used', async () => {
    const { limiter } = made()
    await limiter.consume('key', { cost: 2 })
    limiter.update({ limit: 10 })
    expect(await limiter.peek('key')).toMatchObject({ limit: 10, remaining: 8 })
    limiter.update({ limit: 1 })
    expect(await limiter.consume('key')).toMatchObject({ allowed: false, limit: 1, remaining: 0 })
    expect(() => limiter.update({ limit: -1 })).toThrow(/limit: -1/)
    expect(limiter.peek('key')).toMatchObject({ limit: 1 })
  })

  it('counts what it decided', async () => {
    const { limiter } = made()
    for (let time = 0; time < 5; time++) await limiter.consume('key')
    expect(limiter.stats()).toEqual({
      allowed: 3,
      denied: 2,
      errors: 0,
      keys: 1,
      evictions: 0,
      backend: 'closed',
    })
  })

  it('tells who listens, also on diagnostics_channel, and survives them', async () => {
    const error = vi.fn()
    const { limiter } = made({ logger: { warn: vi.fn(), error } })
    const told: string[] = []
    const published: unknown[] = []
    const hear = (message: unknown): void => void published.push(message)
    channel('forebay:denied').subscribe(hear)
    limiter.on('denied', () => {
      throw new Error('a listener with a bug')
    })
    limiter.on('denied', () => Promise.reject(new Error('a late bug')))
    const stop = limiter.on('denied', ({ key }) => told.push(`denied ${key}`))
    limiter.on('decision', ({ allowed }) => told.push(String(allowed)))
    await limiter.consume('key', { cost: 3 })
    await limiter.consume('key')
    stop()
    await limiter.consume('key')
    channel('forebay:denied').unsubscribe(hear)
    expect(told).toEqual(['true', 'denied key', 'false', 'false'])
    expect(published).toHaveLength(2)
    // A listener that always fails is worth one line, not one per request.
    expect(error).toHaveBeenCalledTimes(1)
  })

  it('keeps groups apart on one backend, and shares one group', async () => {
    const { backend } = made()
    const one = createRateLimiter({ limit: 1, window: '1m', backend, group: 'one' })
    const same = createRateLimiter({ limit: 1, window: '1m', backend, group: 'one' })
    const other = createRateLimiter({ limit: 1, window: '1m', backend, group: 'other' })
    expect(await one.consume('key')).toMatchObject({ allowed: true })
    expect(await same.consume('key')).toMatchObject({ allowed: false })
    expect(await other.consume('key')).toMatchObject({ allowed: true })
  })
})

describe('hostile input', () => {
  it.each([
    ['', '__proto__'],
    ['constructor', 'toString'],
    ['x'.repeat(1_000_000), `${'x'.repeat(999_999)}y`],
    ['\uD800', '\uDC00'],
    ['\uD800', '\uFFFD'],
    ['a', 'a '],
    ['a', 'A'],
    ['a\0', 'a'],
  ])('keeps keys apart (%#)', async (one, other) => {
    const { limiter } = made({ limit: 1 })
    expect(await limiter.consume(one)).toMatchObject({ allowed: true, key: one })
    expect(await limiter.consume(one)).toMatchObject({ allowed: false, key: one })
    expect(await limiter.consume(other)).toMatchObject({ allowed: true, key: other })
  })

  it.each([Number.NaN, Infinity, -1, 0.5, 2 ** 53, '1' as never, null as never])(
    'refuses a cost of %s',
    (cost) => {
      const { limiter } = made()
      expect(() => limiter.consume('key', { cost })).toThrow(
        expect.objectContaining({ code: 'FOREBAY_INVALID_ARGUMENT' }),
      )
      expect(limiter.peek('key')).toMatchObject({ remaining: 3 })
    },
  )

  it('names what is refused to be given back', () => {
    expect(() => made().limiter.refund('key', -1)).toThrow(/^units: -1 is not accepted/)
  })

  it.each([undefined, null, 7, {}, []])('refuses %s as a key', (key) => {
    expect(() => made().limiter.consume(key as never)).toThrow(/key: .* is not accepted/)
  })

  it.each([
    ['limit', Number.NaN],
    ['limit', Infinity],
    ['limit', -1],
    ['limit', 1.5],
    ['limit', '5'],
    ['window', Number.NaN],
    ['window', 0],
    ['window', -5],
    ['window', 0.5],
    ['window', Infinity],
    ['window', '5 parsecs'],
    ['window', 11 * 365 * 86_400_000],
    ['algorithm', 'leaky-bucket'],
    ['burst', -1],
    ['limt', 5],
  ])('refuses %s: %s when it is made', (option, value) => {
    expect(() =>
      createRateLimiter({ limit: 1, window: '1m', algorithm: 'gcra', [option]: value } as never),
    ).toThrow(expect.objectContaining({ name: 'ForebayError', message: expect.stringContaining(option) }))
  })

  it.each(['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra'] as const)(
    'counts the largest quotas exactly: %s',
    async (algorithm) => {
      const limit = Number.MAX_SAFE_INTEGER
      const { limiter } = made({ limit, algorithm, window: '1h' })
      expect(await limiter.consume('key', { cost: limit - 1 })).toMatchObject({ allowed: true, remaining: 1 })
      expect(await limiter.consume('key', { cost: 2 })).toMatchObject({ allowed: false })
      expect(await limiter.consume('key')).toMatchObject({ allowed: true, remaining: 0 })
    },
  )

  it('denies everything with a limit of 0, and names no wait', async () => {
    const { limiter } = made({ limit: 0 })
    const decision = await limiter.consume('key')
    expect(decision).toMatchObject({ allowed: false, limit: 0, remaining: 0 })
    expect(decision).not.toHaveProperty('retryAfterMs')
  })
})
