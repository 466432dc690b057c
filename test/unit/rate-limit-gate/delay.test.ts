/** Slowing down before denying, and shadow mode. */
import { describe, expect, test } from 'vitest'
import { createRateLimiter } from '@forebay/core'
import { fakeExchange } from './fake-exchange.ts'
import { denied, gateHarness, passed, type GateHarness, type GateOptions } from './gate-harness.ts'

const slowing: GateOptions = {
  limit: 6,
  window: '1m',
  algorithm: 'fixed-window',
  delay: { after: 2, by: 100, max: 250 },
}

/** How long each of the next requests waits; undefined for one that is denied. */
async function waits(harness: GateHarness, times: number): Promise<readonly (number | undefined)[]> {
  const found: (number | undefined)[] = []
  for (let index = 0; index < times; index++) {
    const admission = harness.gate.admit(fakeExchange())
    const state = { isOver: !(admission instanceof Promise) }
    if (admission instanceof Promise) void admission.then(() => (state.isOver = true))
    let waited = 0
    while (!state.isOver && waited < 1_000) {
      harness.clock.advance(10)
      waited += 10
      await new Promise((resolve) => setImmediate(resolve))
    }
    found.push((await admission).type === 'pass' ? waited : undefined)
  }
  return found
}

describe('delay', () => {
  test('the n-th request beyond `after` waits n times `by`, at most `max`; beyond the limit it is denied', async () => {
    expect(await waits(gateHarness(slowing), 7)).toEqual([0, 0, 100, 200, 250, 250, undefined])
  })

  test('fields and decision are those of an admitted request', async () => {
    const harness = gateHarness({ ...slowing, delay: { after: 0, by: 10, max: 10 } })
    const exchange = fakeExchange()
    const admission = harness.gate.admit(exchange)
    expect(exchange.sent['x-ratelimit-remaining']).toBe('5')
    harness.clock.advance(10)
    expect(passed(await admission).decision).toMatchObject({ allowed: true, remaining: 5 })
    expect(exchange.listeners()).toBe(0)
  })

  test('who leaves while waiting takes its timer along, and its handler is not called', async () => {
    const harness = gateHarness({
      ...slowing,
      count: 'successful',
      delay: { after: 0, by: 1_000, max: 5_000 },
    })
    const exchange = fakeExchange()
    const admission = harness.gate.admit(exchange)
    expect(exchange.listeners()).toBe(1)
    exchange.abort()
    expect((await admission).type).toBe('deny')
    expect(exchange.sent['retry-after']).toBeUndefined()
    // What was charged for it was given back: an aborted request has failed.
    const next = harness.gate.admit(fakeExchange())
    harness.clock.advance(1_000)
    expect(passed(await next).decision?.remaining).toBe(5)
  })

  test('a bucket counts from its burst', async () => {
    const harness = gateHarness({
      ...slowing,
      limit: 4,
      burst: 8,
      algorithm: 'token-bucket',
      delay: { after: 2, by: 10, max: 1_000 },
    })
    expect(await waits(harness, 4)).toEqual([0, 0, 10, 20])
  })

  test('so many wait at most; one more is denied, and that costs it nothing', async () => {
    const most = 1_000
    const harness = gateHarness({ ...slowing, limit: 100_000, delay: { after: 0, by: 1, max: 50_000 } })
    const waiting: unknown[] = []
    for (let index = 0; index < most; index++) waiting.push(harness.gate.admit(fakeExchange()))
    const exchange = fakeExchange()
    const tooMany = denied(harness.admit(exchange))
    expect(tooMany).toMatchObject({
      response: { status: 429 },
      decision: { allowed: false, reason: 'quota' },
    })
    expect(exchange.sent['retry-after']).toBe('2')
    harness.clock.advance(1_001)
    await Promise.all(waiting)
    const next = harness.gate.admit(fakeExchange())
    harness.clock.advance(2_000)
    expect((await next).decision?.remaining).toBe(100_000 - most - 1)
  })
})

test('a client that was gone before its wait began is not waited for', async () => {
  const harness = gateHarness({ ...slowing, delay: { after: 0, by: 1_000, max: 5_000 } })
  const gone = fakeExchange({
    onAbort: (listener) => {
      listener()
      return () => {}
    },
  })
  expect((await harness.gate.admit(gone)).type).toBe('deny')
})

test('a ready limiter must leave room for a delay', () => {
  const several = [
    { name: 'a', limit: 5, window: 1 },
    { name: 'b', limit: 9, window: 9 },
  ]
  const delay = { after: 5, by: 1, max: 1 }
  expect(() => gateHarness({ limiter: createRateLimiter({ policies: several }), delay })).toThrow(
    /2 policies/,
  )
  expect(() => gateHarness({ limiter: createRateLimiter({ limit: 5, window: 9 }), delay })).toThrow(
    /after is 5/,
  )
})

describe('shadow mode', () => {
  test('decides and reports, sets no field, denies and delays nobody', () => {
    const harness = gateHarness({ ...slowing, mode: 'shadow', limit: 3, deny: ['203.0.113.1'] })
    const told: string[] = []
    harness.gate.limiter.on('denied', (decision) => told.push(decision.reason))
    const exchange = fakeExchange()
    const decisions = [1, 2, 3, 4].map(() => passed(harness.admit(exchange)).decision?.allowed)
    expect(decisions).toEqual([true, true, true, false])
    expect(passed(harness.admit(fakeExchange({ address: '203.0.113.1' }))).decision?.allowed).toBe(false)
    expect(exchange.sent).toEqual({})
    expect(told).toEqual(['quota', 'deny-list'])
  })
})
