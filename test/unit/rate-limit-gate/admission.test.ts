/** Who passes, who is counted, and what the response says of it. */
import { describe, expect, test } from 'vitest'
import { createRateLimiter, memoryBackend } from '@forebay/core'
import { fakeExchange } from './fake-exchange.ts'
import { denied, gateHarness, passed } from './gate-harness.ts'

const three = { limit: 3, window: '1m', algorithm: 'fixed-window' } as const

describe('a gate over memory', () => {
  test('answers at once, counts and denies', () => {
    const { admit, gate } = gateHarness(three)
    expect(gate.admit(fakeExchange())).not.toBeInstanceOf(Promise)
    const exchange = fakeExchange()
    const { decision, departed } = passed(admit(exchange))
    expect(decision).toMatchObject({
      allowed: true,
      limit: 3,
      remaining: 1,
      key: '192.0.2.1',
      source: 'backend',
    })
    expect(departed).toBeUndefined()
    expect(exchange.sent['x-ratelimit-remaining']).toBe('1')
    passed(admit())
    const last = fakeExchange()
    expect(denied(admit(last))).toMatchObject({
      decision: { allowed: false, reason: 'quota' },
      response: { status: 429 },
    })
    expect(last.sent['retry-after']).toBe('60')
    expect(last.sent['x-ratelimit-remaining']).toBe('0')
  })

  test('sends the fields of every family asked for, or none', () => {
    const exchange = fakeExchange()
    gateHarness({ ...three, name: 'api', headers: ['legacy', 'draft-10'] }).admit(exchange)
    expect(Object.keys(exchange.sent).toSorted()).toEqual([
      'ratelimit',
      'ratelimit-policy',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
    ])
    expect(exchange.sent['ratelimit-policy']).toBe('"api";q=3;w=60')
    const silent = fakeExchange()
    const harness = gateHarness({ ...three, limit: 0, headers: false })
    denied(harness.admit(silent))
    // A limit of 0 never lets anybody in: no wait would be honest.
    expect(silent.sent).toEqual({})
  })

  test('a background refresh of ours passes without being counted', () => {
    const { admit, passing } = gateHarness(three)
    for (let index = 0; index < 10; index++) {
      expect(passed(admit(fakeExchange({ refresh: {} }))).decision?.source).toBe('skipped')
    }
    expect(passing(5)).toBe(3)
  })

  test('an updated limit holds from the next request on, in fields too', () => {
    const { admit, gate } = gateHarness({ ...three, headers: 'draft-10' })
    passed(admit())
    gate.limiter.update({ limit: 5 })
    const exchange = fakeExchange()
    passed(admit(exchange))
    expect(exchange.sent['ratelimit-policy']).toBe('"default";q=5;w=60')
    expect(exchange.sent['ratelimit']).toContain('r=3')
  })
})

describe('groups', () => {
  test('the mount path, when not on one route: neither method nor target makes a new counter', () => {
    const { admit, passing } = gateHarness(three)
    passed(admit(fakeExchange({ mount: '/api', target: '/api/a' })))
    passed(admit(fakeExchange({ mount: '/api', target: '/api/b', method: 'POST' })))
    expect(passing(5, { mount: '/api' })).toBe(1)
    expect(passing(5, { mount: '/other' })).toBe(3)
  })

  test('method and pattern on a route, HEAD counted as GET', () => {
    const { passing } = gateHarness(three)
    const route = { route: '/products/:id' }
    expect(passing(2, { ...route, method: 'HEAD' })).toBe(2)
    expect(passing(5, { ...route, method: 'GET' })).toBe(1)
    expect(passing(5, { ...route, method: 'POST' })).toBe(3)
    expect(passing(5, { route: '/products' })).toBe(3)
    expect(passing(5, { ...route, method: 'HEAD' })).toBe(0)
  })

  test('a named group is shared by whatever counts in it on the same backend', () => {
    const backend = memoryBackend()
    const one = gateHarness({ ...three, backend, group: 'shared' })
    const other = gateHarness({ ...three, backend, group: 'shared' })
    expect(one.passing(2, { mount: '/a' })).toBe(2)
    expect(other.passing(5, { mount: '/b' })).toBe(1)
  })

  test('a ready limiter counts in its own group, with those that ask it directly', async () => {
    const limiter = createRateLimiter({ ...three, name: 'mail' })
    const { passing } = gateHarness({ limiter, key: () => 'user:42' })
    await limiter.consume('user:42')
    await limiter.consume('user:42')
    expect(passing(5, { mount: '/anywhere' })).toBe(1)
  })
})

test('several policies are charged together or not at all, each at its own cost', () => {
  const { admit } = gateHarness({
    algorithm: 'fixed-window',
    headers: 'draft-10',
    policies: [
      { name: 'burst', limit: 2, window: '1s' },
      { name: 'daily', limit: 100, window: '1d', cost: 10 },
    ],
  })
  passed(admit())
  passed(admit())
  const exchange = fakeExchange()
  denied(admit(exchange))
  expect(exchange.sent['ratelimit']).toBe('"burst";r=0;t=1, "daily";r=80;t=86400')
})

test('two hundred requests at once on a quota of fifty: exactly fifty pass', async () => {
  const { admitLater } = gateHarness({ limit: 50, window: '1m', key: async () => 'k', cost: async () => 1 })
  const admissions = await Promise.all(Array.from({ length: 200 }, () => admitLater()))
  expect(admissions.filter(({ type }) => type === 'pass')).toHaveLength(50)
})
