/** Keys, addresses, and those who are neither counted nor let in. */
import { describe, expect, test } from 'vitest'
import type { Exchange } from '@forebay/core'
import { fakeExchange } from './fake-exchange.ts'
import { bodyOf, denied, gateHarness, passed } from './gate-harness.ts'

const two = { limit: 2, window: '1m', algorithm: 'fixed-window' } as const

describe('by address', () => {
  test('one client however its address is written', () => {
    const { passing } = gateHarness(two)
    expect(passing(1, { address: '192.0.2.7' })).toBe(1)
    expect(passing(1, { address: '::ffff:192.0.2.7' })).toBe(1)
    expect(passing(1, { address: '::FFFF:C000:0207' })).toBe(0)
    expect(passing(2, { address: '192.0.2.8' })).toBe(2)
  })

  test('one subscriber of IPv6, by as many bits as asked for', () => {
    const { passing } = gateHarness(two)
    expect(passing(2, { address: '2001:db8:0:101::1' })).toBe(2)
    expect(passing(1, { address: '2001:db8:0:1ff::9' })).toBe(0)
    expect(passing(1, { address: '2001:db8:0:200::1' })).toBe(1)
    const exact = gateHarness({ ...two, ipv6Prefix: 128 })
    expect(exact.passing(2, { address: '2001:db8::1' })).toBe(2)
    expect(exact.passing(1, { address: '2001:db8::2' })).toBe(1)
  })

  test('without a readable address all share one quota, and a warning says so once', () => {
    const { passing, warnings } = gateHarness(two)
    expect(passing(1, { address: undefined })).toBe(1)
    expect(passing(1, { address: 'nonsense' })).toBe(1)
    expect(passing(1, { address: '' })).toBe(0)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/without a readable client address/)
  })

  test('a logger that fails harms no request', () => {
    const warn = (): never => {
      throw new Error('no log')
    }
    const { passing } = gateHarness({ ...two, logger: { warn, error: warn } })
    expect(passing(1, { address: undefined, trustsEveryone: true })).toBe(1)
    expect(passing(1, { trustsEveryone: true })).toBe(1)
  })

  test('an app that believes anybody is warned about once, and only when addresses count', () => {
    const { passing, warnings } = gateHarness(two)
    passing(3, { trustsEveryone: true })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/trust proxy/)
    const keyed = gateHarness({ ...two, key: () => 'k' })
    keyed.passing(3, { trustsEveryone: true })
    expect(keyed.warnings).toEqual([])
  })

  test('an app that does not know of the proxy before it is told once', () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.9, 198.51.100.2' }
    const { passing, warnings } = gateHarness(two)
    passing(1, { address: '192.0.2.1' })
    passing(2, { address: '192.0.2.1', requestFields: forwarded })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/X-Forwarded-For.*trust proxy/)
  })

  test.each<[string, Partial<Exchange>]>([
    ['the app believes it', { address: '198.51.100.2' }],
    ['the app believes all of it', { address: '203.0.113.9' }],
    [
      'it stands in several lines',
      { address: '198.51.100.2', requestFields: { 'x-forwarded-for': ['a', '198.51.100.2'] } },
    ],
    ['nobody forwards', { requestFields: {} }],
    ['there is no address', { address: undefined }],
  ])('and is not where %s', (_where, exchange) => {
    const { passing, warnings } = gateHarness(two)
    passing(1, { requestFields: { 'x-forwarded-for': '203.0.113.9, 198.51.100.2' }, ...exchange })
    expect(warnings.filter((line) => String(line).includes('X-Forwarded-For'))).toEqual([])
  })

  test('nor long after it began: clients may write the field themselves', () => {
    const { passing, warnings } = gateHarness({ limit: 100, window: '1m' })
    passing(16, {})
    passing(1, { requestFields: { 'x-forwarded-for': '203.0.113.9' } })
    expect(warnings).toEqual([])
  })
})

describe('by key', () => {
  const key = (exchange: { target: string }): string | undefined => exchange.target.slice(1) || undefined

  test('hostile keys are keys like any other', () => {
    const { admit } = gateHarness({ ...two, key })
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      'x'.repeat(1_000_000),
      '\ud800',
      '%00',
      ' ',
    ]) {
      const target = `/${name}`
      expect([1, 2, 3].map(() => admit(fakeExchange({ target })).type)).toEqual(['pass', 'pass', 'deny'])
    }
  })

  test('an asynchronous key is waited for', async () => {
    const { gate, admitLater } = gateHarness({ ...two, key: async () => 'later' })
    expect(gate.admit(fakeExchange())).toBeInstanceOf(Promise)
    expect(passed(await admitLater()).decision?.key).toBe('later')
    expect((await admitLater()).type).toBe('deny')
  })

  test('a missing key is counted by address, apart from any key of that name', () => {
    const { passing } = gateHarness({ ...two, key })
    expect(passing(5, { target: '/192.0.2.1' })).toBe(2)
    expect(passing(5, { target: '/' })).toBe(2)
    expect(passing(5, { target: '/', address: '192.0.2.2' })).toBe(2)
  })

  test('a missing key is denied with 403, or not counted', () => {
    const denying = gateHarness({ ...two, key, missingKey: 'deny' })
    const exchange = fakeExchange()
    const admission = denied(denying.admit(exchange))
    expect(admission).toMatchObject({ decision: { reason: 'missing-key' }, response: { status: 403 } })
    expect(exchange.sent).toEqual({})
    const skipping = gateHarness({ ...two, key, missingKey: 'skip' })
    expect(skipping.passing(5)).toBe(5)
    expect(passed(skipping.admit()).decision?.source).toBe('skipped')
  })
})

describe('skip, allow and deny', () => {
  test('what is skipped is not counted and carries no fields', async () => {
    const { admit, passing } = gateHarness({ ...two, skip: (exchange) => exchange.target === '/health' })
    const exchange = fakeExchange({ target: '/health' })
    expect(passed(admit(exchange)).decision).toMatchObject({ allowed: true, source: 'skipped', policies: [] })
    expect(exchange.sent).toEqual({})
    expect(passing(5)).toBe(2)
    const later = gateHarness({ ...two, skip: async () => true })
    expect(passed(await later.admitLater()).decision?.source).toBe('skipped')
  })

  test('lists of addresses and blocks; allow is asked before deny', () => {
    const { passing, admit } = gateHarness({
      ...two,
      allow: ['10.0.0.0/8'],
      deny: ['10.0.0.1', '203.0.113.0/24'],
    })
    expect(passing(5, { address: '10.0.0.1' })).toBe(5)
    expect(denied(admit(fakeExchange({ address: '203.0.113.9' }))).response.status).toBe(403)
    expect(passing(5, { address: '198.51.100.1' })).toBe(2)
  })

  test('lists of keys, also before a missing key is judged', () => {
    const { passing, admit } = gateHarness({
      ...two,
      key: (exchange) => exchange.target.slice(1) || undefined,
      missingKey: 'deny',
      allow: ['robot', '192.0.2.99'],
      deny: ['banned'],
    })
    expect(passing(5, { target: '/robot' })).toBe(5)
    expect(passing(5, { address: '192.0.2.99' })).toBe(5)
    expect(denied(admit(fakeExchange({ target: '/banned' }))).decision).toMatchObject({ reason: 'deny-list' })
    // A key is the client's to choose: it is no address.
    expect(passing(5, { target: '/192.0.2.99' })).toBe(2)
  })

  test('predicates, at once or later', async () => {
    const { passing, admit } = gateHarness({ ...two, deny: (exchange) => exchange.method === 'TRACE' })
    expect(JSON.parse(bodyOf(admit(fakeExchange({ method: 'TRACE' }))))).toMatchObject({ status: 403 })
    expect(passing(5)).toBe(2)
    const later = gateHarness({ ...two, allow: async () => true, deny: () => true })
    expect((await later.admitLater()).type).toBe('pass')
  })

  test('denials by list are told to listeners', () => {
    const { gate, admit } = gateHarness({ ...two, deny: ['192.0.2.1'] })
    const reasons: string[] = []
    gate.limiter.on('denied', (decision) => reasons.push(decision.reason))
    admit()
    expect(reasons).toEqual(['deny-list'])
  })
})
