/** Permits: how many run at once, who is next, who is turned away. */
import { describe, expect, test } from 'vitest'
import { createConcurrencyLimiter, memoryBackend, type ConcurrencyLimiter, type Permit } from '@forebay/core'
import { manualClock } from '@forebay/testing'

function limiter(options: { max: number; queue?: number; timeout?: number }): {
  limiter: ConcurrencyLimiter
  clock: ReturnType<typeof manualClock>
} {
  const clock = manualClock()
  return { clock, limiter: createConcurrencyLimiter({ ...options, backend: memoryBackend({ clock }) }) }
}

function granted(permit: Permit | undefined | Promise<Permit | undefined>): Permit {
  if (permit === undefined || permit instanceof Promise) throw new Error('no permit at once')
  return permit
}

describe('a concurrency limiter', () => {
  test('grants at once up to max, then refuses where there is no queue', () => {
    const { limiter: two } = limiter({ max: 2 })
    const first = granted(two.acquire())
    granted(two.acquire())
    expect(two.acquire()).toBeUndefined()
    first.release()
    granted(two.acquire())
    expect(two.stats()).toEqual({ running: 2, waiting: 0, granted: 3, refused: 1 })
  })

  test('a permit goes back once, however often it is released', () => {
    const { limiter: one } = limiter({ max: 1 })
    const first = granted(one.acquire())
    first.release()
    first.release()
    granted(one.acquire())
    first.release()
    expect(one.acquire()).toBeUndefined()
    expect(one.stats().running).toBe(1)
  })

  test('who comes first is served first, and nobody overtakes', async () => {
    const { limiter: one } = limiter({ max: 1, queue: 3 })
    const order: string[] = []
    const running = granted(one.acquire())
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      const permit = await one.acquire()
      order.push(name)
      permit?.release()
    })
    expect(one.stats().waiting).toBe(3)
    expect(one.acquire()).toBeUndefined()
    running.release()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b', 'c'])
    expect(one.stats()).toMatchObject({ running: 0, waiting: 0 })
  })

  test('a wait ends with its timeout, and only that wait', async () => {
    const { limiter: one, clock } = limiter({ max: 1, queue: 2, timeout: 1_000 })
    const running = granted(one.acquire())
    const early = one.acquire()
    clock.advance(600)
    const late = one.acquire()
    clock.advance(400)
    expect(await early).toBeUndefined()
    expect(one.stats().waiting).toBe(1)
    running.release()
    expect(await late).toBeDefined()
    clock.advance(5_000)
    expect(one.stats()).toEqual({ running: 1, waiting: 0, granted: 2, refused: 1 })
  })

  test('an aborted wait leaves the queue from any place in it', async () => {
    const { limiter: one } = limiter({ max: 1, queue: 3 })
    const running = granted(one.acquire())
    const leaving = new AbortController()
    const first = one.acquire()
    const middle = one.acquire(leaving.signal)
    const last = one.acquire()
    leaving.abort()
    expect(await middle).toBeUndefined()
    running.release()
    const second = await first
    second?.release()
    expect(await last).toBeDefined()
    expect(await one.acquire(leaving.signal)).toBeUndefined()
  })
})

test('a queue of 0 refuses at once, whatever the timeout', () => {
  const none = createConcurrencyLimiter({ max: 1, queue: 0, timeout: '1s' })
  expect(none.acquire()).toBeDefined()
  expect(none.acquire()).toBeUndefined()
})

describe('wrong options', () => {
  test.each<[string, object, RegExp]>([
    ['no max', {}, /max is missing/],
    ['max 0', { max: 0 }, /max: 0 is not accepted/],
    ['max NaN', { max: Number.NaN }, /max: NaN/],
    ['max 1.5', { max: 1.5 }, /max: 1\.5/],
    ['queue -1', { max: 1, queue: -1 }, /queue: -1/],
    ['queue Infinity', { max: 1, queue: Infinity }, /queue: Infinity/],
    ['timeout without queue', { max: 1, timeout: '1s' }, /timeout is given, but nothing ever waits/],
    ['zero timeout', { max: 1, queue: 1, timeout: 0 }, /timeout: 0/],
    ['a misspelt option', { max: 1, qeue: 1 }, /Did you mean 'queue'/],
  ])('%s', (_, options, message) => {
    expect(() => createConcurrencyLimiter(options as { max: number })).toThrow(message)
  })
})
