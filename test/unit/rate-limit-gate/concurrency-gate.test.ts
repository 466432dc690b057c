/** What an adapter is told by a concurrency gate. */
import { describe, expect, test } from 'vitest'
import {
  createConcurrencyGate,
  createConcurrencyLimiter,
  memoryBackend,
  type Admission,
  type ConcurrencyLimitOptions,
} from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { fakeExchange, type FakeArguments, type FakeExchange } from './fake-exchange.ts'

function atOnce(admission: Admission | Promise<Admission>): Admission {
  if (admission instanceof Promise) throw new Error('not at once')
  return admission
}

function setUp(options: ConcurrencyLimitOptions<FakeArguments>): {
  gate: ReturnType<typeof createConcurrencyGate>
  clock: ReturnType<typeof manualClock>
  admit: (exchange?: FakeExchange) => Admission | Promise<Admission>
} {
  const clock = manualClock()
  const gate = createConcurrencyGate<FakeArguments>({ backend: memoryBackend({ clock }), ...options })
  return { gate, clock, admit: (exchange = fakeExchange()) => gate.admit(exchange) }
}

describe('a concurrency gate', () => {
  test('answers at once, and the permit goes back once at departure', () => {
    const { gate, admit } = setUp({ max: 1 })
    const first = atOnce(admit())
    if (first.type !== 'pass') throw new Error('denied')
    expect(first.decision).toBeUndefined()
    expect(atOnce(admit()).type).toBe('deny')
    first.departed?.(200, true)
    first.departed?.(200, true)
    expect(gate.limiter.stats().running).toBe(0)
    expect(atOnce(admit()).type).toBe('pass')
    first.departed?.(undefined, false)
    expect(gate.limiter.stats().running).toBe(1)
  })

  test('refuses with 503, Retry-After and problem details', () => {
    const { admit } = setUp({ max: 1, name: 'reports' })
    atOnce(admit())
    const exchange = fakeExchange()
    const denied = atOnce(admit(exchange))
    if (denied.type !== 'deny') throw new Error('passed')
    expect(denied.response.status).toBe(503)
    expect(exchange.sent['retry-after']).toBe('1')
    expect(JSON.parse(Buffer.from(denied.response.body ?? []).toString())).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      status: 503,
      'violated-policies': ['reports'],
    })
    const head = atOnce(admit(fakeExchange({ method: 'HEAD' })))
    expect(head).toMatchObject({ type: 'deny', response: { body: undefined } })
  })

  test('who waits is let in when another leaves, and no listener stays behind', async () => {
    const { admit } = setUp({ max: 1, queue: 1 })
    const first = atOnce(admit())
    const exchange = fakeExchange()
    const waiting = admit(exchange)
    expect(exchange.listeners()).toBe(1)
    if (first.type === 'pass') first.departed?.(200, true)
    expect((await waiting).type).toBe('pass')
    expect(exchange.listeners()).toBe(0)
  })

  test('a client that leaves while it waits frees its place and takes no permit', async () => {
    const { gate, admit } = setUp({ max: 1, queue: 1 })
    atOnce(admit())
    const exchange = fakeExchange()
    const waiting = admit(exchange)
    exchange.abort()
    expect((await waiting).type).toBe('deny')
    expect(gate.limiter.stats()).toMatchObject({ running: 1, waiting: 0 })
  })

  test('a client that leaves in the moment in which it is let in gives the permit back', async () => {
    const { gate, admit } = setUp({ max: 1, queue: 1 })
    const first = atOnce(admit())
    const exchange = fakeExchange()
    const waiting = admit(exchange)
    if (first.type === 'pass') first.departed?.(200, true)
    exchange.abort()
    expect((await waiting).type).toBe('deny')
    expect(gate.limiter.stats()).toMatchObject({ running: 0, waiting: 0 })
  })

  test('a wait that is too long is refused', async () => {
    const { admit, clock } = setUp({ max: 1, queue: 1, timeout: '2s' })
    atOnce(admit())
    const waiting = admit()
    clock.advance(2_000)
    expect(await waiting).toMatchObject({ type: 'deny', response: { status: 503 } })
  })

  test('skip needs no permit; a skip that fails is logged and needs one', async () => {
    const logged: unknown[] = []
    const logger = { warn: () => {}, error: (...args: unknown[]) => logged.push(args) }
    const { gate, admit } = setUp({ max: 1, logger, skip: (exchange) => exchange.target === '/health' })
    expect(atOnce(admit(fakeExchange({ target: '/health' }))).type).toBe('pass')
    expect(gate.limiter.stats().running).toBe(0)
    for (const skip of [
      () => {
        throw new Error('no')
      },
      () => Promise.reject(new Error('no')),
    ]) {
      const failing = setUp({ max: 1, logger, skip })
      expect((await failing.admit()).type).toBe('pass')
      expect(failing.gate.limiter.stats().running).toBe(1)
    }
    expect(logged).toHaveLength(2)
  })

  test('a skip that fails is logged once, and by a logger that fails harms nobody', async () => {
    let lines = 0
    const error = (): never => {
      lines++
      throw new Error('no log either')
    }
    const { admit } = setUp({
      max: 3,
      logger: { warn: error, error },
      skip: () => Promise.reject(new Error('no')),
    })
    for (let time = 0; time < 3; time++) expect((await admit()).type).toBe('pass')
    expect(lines).toBe(1)
  })

  test('two mounts share the permits of one limiter', () => {
    const limiter = createConcurrencyLimiter({ max: 1 })
    const [one, other] = [createConcurrencyGate({ limiter }), createConcurrencyGate({ limiter })]
    expect(atOnce(one.admit(fakeExchange())).type).toBe('pass')
    expect(atOnce(other.admit(fakeExchange())).type).toBe('deny')
    expect(() => createConcurrencyGate({ limiter, max: 2 })).toThrow(/max belongs to the limiter/)
  })
})
