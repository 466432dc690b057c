/** A limiter whose backend is slow, broken or lying. */
import { describe, expect, it, vi } from 'vitest'
import { createRateLimiter, memoryBackend, type Decision } from '@forebay/core'
import { manualClock } from '@forebay/testing'

/** A backend that answers as `answer` says; undefined: as a working one. */
function made(options: object = {}) {
  const clock = manualClock()
  const working = memoryBackend({ clock })
  const backend = { ...working, limits: working.limits, answer: undefined as unknown }
  const answering = (name: string, own: unknown) =>
    typeof own !== 'function'
      ? own
      : (...args: unknown[]): unknown => {
          const answer = name === 'stats' ? undefined : (backend.answer as (() => unknown) | undefined)
          return answer === undefined ? own.apply(working.limits, args) : answer()
        }
  backend.limits = new Proxy(working.limits, {
    get: (target, name) => answering(String(name), Reflect.get(target, name)),
  })
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const limiter = createRateLimiter({
    limit: 4,
    window: '1m',
    algorithm: 'fixed-window',
    backend,
    logger,
    ...options,
  })
  return { limiter, clock, logger, answerBy: (answer?: () => unknown) => void (backend.answer = answer) }
}

const failing = (): never => {
  throw new Error('down')
}

describe('an answer that comes late or never', () => {
  it('is waited for until the timeout, to the millisecond', async () => {
    const { limiter, clock, answerBy } = made({ timeout: 50 })
    answerBy(() => new Promise(() => {}))
    const decision = limiter.consume('key')
    let settled = false
    void Promise.resolve(decision).then(() => (settled = true))
    clock.advance(49)
    await new Promise(setImmediate)
    expect(settled).toBe(false)
    clock.advance(1)
    expect(await decision).toMatchObject({ allowed: true, source: 'local', remaining: 3 })
  })

  it('is an event of its own, beside that of every failure', async () => {
    const { limiter, clock, answerBy } = made({ timeout: 50 })
    const heard: unknown[] = []
    limiter.on('slow', (event) => heard.push(event))
    limiter.on('backend-error', ({ operation }) => heard.push(operation))
    answerBy(() => new Promise(() => {}))
    const decision = limiter.consume('key')
    clock.advance(50)
    await decision
    answerBy(failing)
    void limiter.consume('key')
    expect(heard).toEqual(['consume', { name: 'default', operation: 'consume', durationMs: 50 }])
  })

  it('is heard when it comes in time; one timer serves all calls, and ends with the last deadline', async () => {
    const { limiter, clock, answerBy } = made({ timeout: 50 })
    const facts = { allowed: true, limit: 9, remaining: 8, resetAt: 1, key: 'key', source: 'backend' }
    answerBy(() => Promise.resolve({ ...facts, policies: [] }))
    let pending = 0
    const { schedule } = clock
    Object.assign(clock, {
      schedule: (delayMs: number, task: () => void) => {
        pending++
        const undo = schedule(delayMs, () => {
          pending--
          task()
        })
        return () => (pending--, undo())
      },
    })
    for (let call = 0; call < 3; call++) expect(await limiter.consume('key')).toMatchObject({ limit: 9 })
    expect(pending).toBe(1)
    clock.advance(50)
    expect(pending).toBe(0)
    expect(limiter.stats().errors).toBe(0)
  })

  it('harms nobody when it fails after the timeout', async () => {
    const { limiter, clock, answerBy } = made({ timeout: 50 })
    let reject: (error: Error) => void = () => {}
    answerBy(() => new Promise((_, fail) => (reject = fail)))
    const decision = limiter.consume('key')
    clock.advance(50)
    expect(await decision).toMatchObject({ source: 'local' })
    reject(new Error('far too late'))
    await new Promise(setImmediate)
    expect(limiter.stats().errors).toBe(1)
  })
})

describe('an answer that is none', () => {
  const nonsense = [
    undefined,
    null,
    'OK',
    1,
    true,
    [],
    {},
    { allowed: 'yes', policies: [] },
    { allowed: true },
  ]

  it.each(nonsense)('%j: at once', (answer) => {
    const { limiter, answerBy } = made({ onBackendError: 'closed' })
    answerBy(() => answer)
    expect(limiter.consume('key')).toMatchObject({ allowed: false, reason: 'backend', retryAfterMs: 1_000 })
  })

  it.each(nonsense)('%j: later', async (answer) => {
    const { limiter, answerBy } = made({ onBackendError: 'closed' })
    answerBy(() => Promise.resolve(answer))
    expect(await limiter.consume('key')).toMatchObject({ allowed: false, reason: 'backend' })
  })

  it.each<unknown>([undefined, null, 'text', 0, Object.create(null)])(
    'and a failure of %j',
    async (thrown) => {
      const { limiter, answerBy } = made({ onBackendError: 'open' })
      answerBy(() => Promise.reject(thrown))
      expect(await limiter.consume('key')).toMatchObject({ allowed: true, source: 'local', policies: [] })
    },
  )
})

describe('an outage', () => {
  it('is told of once in the log, with its end, and each time to listeners', () => {
    const { limiter, logger, answerBy } = made()
    const heard: string[] = []
    limiter.on('backend-error', ({ operation }) => heard.push(`failed ${operation}`))
    limiter.on('backend-recovered', () => heard.push('recovered'))
    for (let outage = 0; outage < 2; outage++) {
      answerBy(failing)
      for (let time = 0; time < 3; time++) void limiter.consume('key')
      answerBy()
      for (let time = 0; time < 3; time++) void limiter.consume('key')
    }
    const once = ['failed consume', 'failed consume', 'failed consume', 'recovered']
    expect(heard).toEqual([...once, ...once])
    expect(logger.error).toHaveBeenCalledTimes(2)
    expect(logger.warn).toHaveBeenCalledTimes(2)
    expect(limiter.stats().errors).toBe(6)
  })

  it('is survived locally: what was counted meanwhile is not carried back', () => {
    const { limiter, answerBy } = made()
    const ask = (): Decision => limiter.consume('key') as Decision
    expect(ask()).toMatchObject({ remaining: 3, source: 'backend' })
    answerBy(failing)
    for (let time = 0; time < 4; time++) expect(ask()).toMatchObject({ allowed: true, source: 'local' })
    expect(ask()).toMatchObject({ allowed: false, source: 'local', reason: 'quota', retryAfterMs: 60_000 })
    answerBy()
    expect(ask()).toMatchObject({ remaining: 2, source: 'backend' })
  })

  it.each([
    [1, 4],
    [2, 2],
    [3, 1],
    [100, 1],
  ])('is survived by %d processes with %d units each', (expectedNodes, each) => {
    const { limiter, answerBy } = made({ expectedNodes })
    answerBy(failing)
    let admitted = 0
    for (let time = 0; time < 10; time++) if ((limiter.consume('key') as Decision).allowed) admitted++
    expect(admitted).toBe(each)
  })

  it.each([
    ['local', { allowed: true, remaining: 3, source: 'local' }],
    ['open', { allowed: true, source: 'local' }],
    ['closed', { allowed: false, reason: 'backend', retryAfterMs: 1_000 }],
  ] as const)(
    'is not noticed by who only looks: peek says what consume would, by %s',
    async (mode, expected) => {
      const { limiter, answerBy } = made({ onBackendError: mode })
      answerBy(failing)
      void limiter.consume('key')
      expect(limiter.peek('key')).toMatchObject(expected)
      expect(limiter.peek('key')).toMatchObject(expected)
      answerBy(() => Promise.reject(new Error('down')))
      expect(await limiter.peek('key')).toMatchObject(expected)
      answerBy(() => Promise.resolve(undefined as never))
      expect(await limiter.peek('key')).toMatchObject(expected)
    },
  )

  it('is told to the application where it changes something itself', async () => {
    const { limiter, answerBy } = made()
    answerBy(failing)
    for (const call of ['reset', 'unblock'] as const) expect(() => limiter[call]('key')).toThrow('down')
    expect(() => limiter.refund('key', 1)).toThrow('down')
    expect(() => limiter.block('key', '1m')).toThrow('down')
    answerBy(() => Promise.reject(new Error('down')))
    await expect(limiter.reset('key')).rejects.toMatchObject({
      code: 'FOREBAY_UNAVAILABLE',
      message: 'reset: the backend did not do it: down',
    })
  })
})
