/** What stays charged once the outcome is known: `count`, `isSuccessful`, `settle`. */
import { describe, expect, test } from 'vitest'
import { createRateLimiter, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { fakeExchange } from './fake-exchange.ts'
import { gateHarness, passed, type GateHarness, type GateOptions } from './gate-harness.ts'

const ten = { limit: 10, window: '1m', algorithm: 'fixed-window' } as const

/** Units left, as the next request finds them. */
function left(harness: GateHarness): number {
  return (passed(harness.admit()).decision?.remaining ?? Number.NaN) + 1
}

function depart(harness: GateHarness, status: number | undefined, completed = true): void {
  passed(harness.admit()).departed?.(status, completed)
}

describe('count', () => {
  test.each<['failed' | 'successful', number | undefined, boolean, number]>([
    ['successful', 200, true, 9],
    ['successful', 304, true, 9],
    ['successful', 399, true, 9],
    ['successful', 400, true, 10],
    ['successful', 500, true, 10],
    ['successful', 200, false, 10],
    ['successful', undefined, false, 10],
    ['failed', 200, true, 10],
    ['failed', 401, true, 9],
    ['failed', 200, false, 9],
    ['failed', undefined, false, 9],
  ])('%s: status %s, sent whole %s: %s left', (count, status, completed, expected) => {
    const harness = gateHarness({ ...ten, count })
    depart(harness, status, completed)
    expect(left(harness)).toBe(expected)
  })

  test('is asked only when something depends on it, and heeded once', () => {
    expect(passed(gateHarness(ten).admit()).departed).toBeUndefined()
    const harness = gateHarness({ ...ten, count: 'failed' })
    const { departed } = passed(harness.admit())
    passed(harness.admit())
    departed?.(200, true)
    departed?.(200, true)
    expect(left(harness)).toBe(9)
  })

  test('isSuccessful has the last word on what was sent whole, at once or later', async () => {
    const teapot = gateHarness({ ...ten, count: 'failed', isSuccessful: () => false })
    depart(teapot, 200)
    expect(left(teapot)).toBe(9)
    const later = gateHarness({ ...ten, count: 'failed', isSuccessful: async () => true })
    depart(later, 500)
    await new Promise((resolve) => setImmediate(resolve))
    expect(left(later)).toBe(10)
  })

  test('a denied request was not charged and gives nothing back', () => {
    const harness = gateHarness({ ...ten, limit: 1, count: 'failed' })
    passed(harness.admit())
    expect(harness.passing(5)).toBe(0)
  })
})

describe('settle', () => {
  test('charges or gives back the difference to what was charged', () => {
    for (const [used, expected] of [
      [7, 3],
      [0, 10],
      [2, 8],
      [10, 0],
      [50, 0],
    ] as const) {
      const harness = gateHarness({ ...ten, cost: 2, settle: () => used })
      depart(harness, 200)
      const admission = harness.admit(fakeExchange())
      expect(admission.type).toBe(expected >= 2 ? 'pass' : 'deny')
      if (expected >= 2) expect(admission.decision?.remaining).toBe(expected - 2)
    }
  })

  test('touches only the window that was charged', () => {
    const harness = gateHarness({ ...ten, cost: 5, settle: () => 0 })
    const first = passed(harness.admit())
    harness.clock.advance(60_000)
    passed(harness.admit())
    first.departed?.(200, true)
    expect(harness.admit()).toMatchObject({ type: 'pass', decision: { remaining: 0 } })
  })

  test('leaves policies alone that have a cost of their own', () => {
    const harness = gateHarness({
      algorithm: 'fixed-window',
      policies: [
        { name: 'requests', limit: 10, window: '1m', cost: 1 },
        { name: 'bytes', limit: 100, window: '1m' },
      ],
      cost: 20,
      settle: () => 50,
    })
    depart(harness, 200)
    const policies = passed(harness.admit()).decision?.policies
    expect(policies?.map((policy) => policy.remaining)).toEqual([8, 30])
  })

  test('leaves them alone in a ready limiter as well', () => {
    const policies = [
      { name: 'requests', limit: 10, window: '1m', cost: 1 },
      { name: 'bytes', limit: 100, window: '1m' },
    ] as const
    const limiter = createRateLimiter({ algorithm: 'fixed-window', policies, cost: 20 })
    const harness = gateHarness({ limiter, cost: () => 30, settle: () => 50 })
    depart(harness, 200)
    const units = passed(harness.admit()).decision?.policies.map((policy) => policy.remaining)
    expect(units).toEqual([8, 20])
  })

  test('together with count: what does not stay charged is given back whole', () => {
    const harness = gateHarness({ ...ten, count: 'successful', settle: () => 4 })
    depart(harness, 500)
    expect(left(harness)).toBe(10)
    const other = gateHarness({ ...ten, count: 'successful', settle: () => 4 })
    depart(other, 200)
    expect(left(other)).toBe(6)
  })

  test.each<[string, Partial<GateOptions>]>([
    [
      'settle throws',
      {
        settle: () => {
          throw new Error('bug')
        },
      },
    ],
    ['settle rejects', { settle: () => Promise.reject(new Error('bug')) }],
    ['settle returns NaN', { settle: () => Number.NaN }],
    ['settle returns -1', { settle: () => -1 }],
    ['settle returns nothing', { settle: (() => undefined) as never }],
    [
      'isSuccessful throws',
      {
        count: 'failed',
        isSuccessful: () => {
          throw new Error('bug')
        },
      },
    ],
    ['isSuccessful rejects', { count: 'failed', isSuccessful: () => Promise.reject(new Error('bug')) }],
    ['isSuccessful returns nothing', { count: 'failed', isSuccessful: (() => undefined) as never }],
  ])('%s: the charge stays as it is, and an event says so', async (what, options) => {
    const harness = gateHarness({ ...ten, ...options })
    depart(harness, 200)
    await new Promise((resolve) => setImmediate(resolve))
    expect(left(harness)).toBe(9)
    expect(harness.errors).toMatchObject([{ operation: what.split(' ')[0] }])
  })
})

test('a backend that fails to take a refund harms nobody', async () => {
  const backend = memoryBackend({ clock: manualClock() })
  const failing = {
    ...backend,
    limits: new Proxy(backend.limits, {
      get: (limits, name) =>
        name === 'adjust' ? () => Promise.reject(new Error('gone')) : Reflect.get(limits, name).bind(limits),
    }),
  }
  const harness = gateHarness({ ...ten, count: 'failed', backend: failing })
  depart(harness, 200)
  await new Promise((resolve) => setImmediate(resolve))
  expect(left(harness)).toBe(9)
})
