/** What a gate does while the backend fails. */
import { describe, expect, test } from 'vitest'
import { memoryBackend, type Backend, type RateLimitStore } from '@forebay/core'
import { fakeExchange } from './fake-exchange.ts'
import { bodyOf, denied, gateHarness, passed, type GateOptions } from './gate-harness.ts'

function failingBackend(consume: RateLimitStore['consume']): Backend {
  const backend = memoryBackend()
  const limits = new Proxy(backend.limits, {
    get: (target, name) => {
      if (name === 'consume') return consume
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return { ...backend, limits }
}

const fine: GateOptions = { limit: 2, window: '1m' }

const failures: [string, RateLimitStore['consume']][] = [
  [
    'throws',
    () => {
      throw new Error('down')
    },
  ],
  ['rejects', () => Promise.reject(new Error('down'))],
  ['hangs', () => new Promise(() => {})],
  ['answers garbage', () => 'OK' as never],
]

describe.each(failures)('a backend that %s', (_, consume) => {
  const withTimeout = { ...fine, timeout: 5, backend: failingBackend(consume) }

  test('closed: 503, Retry-After and problem details', async () => {
    const { admitLater } = gateHarness({ ...withTimeout, onBackendError: 'closed' })
    const exchange = fakeExchange()
    const admission = denied(await admitLater(exchange))
    expect(admission).toMatchObject({ response: { status: 503 }, decision: { reason: 'backend' } })
    expect(exchange.sent).toEqual({ 'retry-after': '1' })
    expect(JSON.parse(bodyOf(admission))).toMatchObject({
      status: 503,
      title: expect.stringMatching(/temporary/),
    })
  })

  test('open: passes, and says nothing of a quota', async () => {
    const { admitLater } = gateHarness({ ...withTimeout, onBackendError: 'open' })
    const exchange = fakeExchange()
    expect(passed(await admitLater(exchange)).decision).toMatchObject({ allowed: true, source: 'local' })
    expect(exchange.sent).toEqual({})
  })

  test('local: this process limits by itself', async () => {
    const { admitLater } = gateHarness(withTimeout)
    const exchange = fakeExchange()
    expect(passed(await admitLater(exchange)).decision?.source).toBe('local')
    expect(exchange.sent['x-ratelimit-remaining']).toBe('1')
    passed(await admitLater())
    expect(denied(await admitLater()).response.status).toBe(429)
  })
})

test('local: what the outcome gives back is given back to this process', async () => {
  const backend = failingBackend(() => Promise.reject(new Error('down')))
  const { admitLater } = gateHarness({ limit: 2, window: '1m', count: 'failed', backend })
  for (let time = 0; time < 5; time++) {
    const { departed } = passed(await admitLater())
    departed?.(200, true)
  }
  for (let time = 0; time < 2; time++) passed(await admitLater()).departed?.(500, true)
  denied(await admitLater())
})
