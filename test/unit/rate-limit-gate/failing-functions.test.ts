/** Option functions that throw, reject or return nonsense: the request ends safely, an event says why. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ForebayError } from '@forebay/core'
import { fakeExchange } from './fake-exchange.ts'
import { bodyOf, denied, gateHarness, passed, type GateOptions } from './gate-harness.ts'

const fine: GateOptions = { limit: 5, window: '1m' }

function fails(value: unknown): GateOptions['key'] {
  return (() => value) as GateOptions['key']
}

const throwing = (): never => {
  throw new Error('bug')
}
const rejecting = (): Promise<never> => Promise.reject(new Error('bug'))

type Row = [operation: string, what: string, options: Partial<GateOptions>]

const rows: Row[] = [
  ...(['skip', 'allow', 'deny', 'key', 'limit', 'window', 'cost'] as const).flatMap((name): Row[] => [
    [name, 'throws', { [name]: throwing }],
    [name, 'rejects', { [name]: rejecting }],
  ]),
  ...[Number.NaN, -1, 1.5, Infinity, '5', null, undefined, {}].flatMap((value): Row[] => [
    ['limit', `returns ${inspect(value)}`, { limit: fails(value) as never }],
    ['cost', `returns ${inspect(value)}`, { cost: fails(value) as never }],
    ['cost', `resolves to ${inspect(value)}`, { cost: fails(Promise.resolve(value)) as never }],
  ]),
  ...[0, Number.NaN, -1, '5 parsecs', undefined, Infinity].map((value): Row => [
    'window',
    `returns ${inspect(value)}`,
    { window: fails(value) as never },
  ]),
  ...[42, {}, true, Number.NaN, Symbol('k')].map((value): Row => [
    'key',
    `returns ${inspect(value)}`,
    { key: fails(value) as never },
  ]),
  [
    'limit',
    'of a policy throws',
    { limit: undefined, window: undefined, policies: [{ name: 'a', limit: throwing, window: 1 }] } as never,
  ],
]

describe('a request whose option function fails', () => {
  test.each(rows)('%s %s: denied with 503, and an error event', async (operation, _, options) => {
    const { admitLater, errors } = gateHarness({ ...fine, ...options })
    const exchange = fakeExchange()
    const admission = denied(await admitLater(exchange))
    expect(admission).toMatchObject({
      response: { status: 503 },
      decision: { allowed: false, reason: 'backend' },
    })
    expect(exchange.sent).toEqual({ 'retry-after': '1' })
    expect(JSON.parse(bodyOf(admission)).type).toMatch(/#temporary-reduced-capacity$/)
    expect(errors).toHaveLength(1)
    expect(errors[0]?.operation).toBe(operation)
    expect(errors[0]?.error).toBeInstanceOf(Error)
  })

  test('nonsense is reported as an error that says what is accepted', async () => {
    const { admitLater, errors } = gateHarness({ ...fine, cost: () => Number.NaN })
    await admitLater()
    const error = errors[0]?.error as ForebayError
    expect(error.code).toBe('FOREBAY_INVALID_RESULT')
    expect(error.message).toBe('cost: the function returned NaN. Accepted: a whole number of at least 0.')
  })

  test('passes uncounted by onBackendError open, is denied by closed', async () => {
    const open = gateHarness({ ...fine, key: rejecting, onBackendError: 'open' })
    expect(passed(await open.admitLater()).decision).toMatchObject({ allowed: true, source: 'skipped' })
    const closed = gateHarness({ ...fine, key: throwing, onBackendError: 'closed' })
    expect(denied(await closed.admitLater()).response.status).toBe(503)
  })

  test('passes in shadow mode', async () => {
    const { admitLater, errors } = gateHarness({ ...fine, key: throwing, mode: 'shadow' })
    const exchange = fakeExchange()
    expect((await admitLater(exchange)).type).toBe('pass')
    expect(exchange.sent).toEqual({})
    expect(errors).toHaveLength(1)
  })

  test('costs nothing', async () => {
    let isBroken = true
    const { admitLater, passing } = gateHarness({
      ...fine,
      cost: () => (isBroken ? Number.NaN : 1),
    })
    for (let index = 0; index < 10; index++) await admitLater()
    isBroken = false
    expect(passing(10)).toBe(5)
  })

  test('a thenable that misbehaves is no way around', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
    const nasty = { then: (resolve: (value: unknown) => void) => (resolve('k'), resolve('other')) }
    const { admitLater } = gateHarness({ ...fine, key: fails(nasty) as never })
    expect(passed(await admitLater()).decision?.key).toBe('k')
    // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
    const throwingThen = { then: throwing }
    const { admitLater: next } = gateHarness({ ...fine, key: fails(throwingThen) as never })
    expect((await next()).type).toBe('deny')
  })
})
