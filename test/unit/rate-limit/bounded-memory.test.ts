import { describe, expect, it } from 'vitest'
import { createRateLimiter, memoryBackend, type Decision, type RateLimiter } from '@forebay/core'
import { manualClock } from '@forebay/testing'

const algorithms = ['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra'] as const

function limiterOf(
  options: object = {},
  maxKeys = 100,
): { limiter: RateLimiter; clock: ReturnType<typeof manualClock> } {
  const clock = manualClock()
  const backend = memoryBackend({ clock, maxKeys })
  return {
    limiter: createRateLimiter({ limit: 3, window: '1m', backend, ...options }),
    clock,
  }
}

const ask = (limiter: RateLimiter, key: string): Decision => limiter.consume(key) as Decision

describe('a flood of new keys', () => {
  it.each(algorithms)('never keeps more than maxKeys: %s', (algorithm) => {
    const { limiter } = limiterOf({ algorithm })
    for (let index = 0; index < 5_000; index++) ask(limiter, `flood ${index}`)
    expect(limiter.stats().keys).toBe(100)
    expect(limiter.stats().evictions).toBe(4_900)
  })

  it.each(algorithms)('does not free a key that is exhausted: %s', (algorithm) => {
    const { limiter } = limiterOf({ algorithm })
    for (let time = 0; time < 3; time++) expect(ask(limiter, 'exhausted').allowed).toBe(true)
    for (let index = 0; index < 5_000; index++) {
      ask(limiter, `flood ${index}`)
      if (index % 500 === 0) expect(ask(limiter, 'exhausted').allowed).toBe(false)
    }
    expect(ask(limiter, 'exhausted').allowed).toBe(false)
  })

  it('does not free a key that is blocked', async () => {
    const { limiter } = limiterOf()
    await limiter.block('blocked', '10m')
    for (let index = 0; index < 5_000; index++) ask(limiter, `flood ${index}`)
    expect(ask(limiter, 'blocked')).toMatchObject({ allowed: false, reason: 'blocked' })
  })

  it('keeps blocks within maxKeys, the standing ones first', async () => {
    const { limiter } = limiterOf()
    for (let index = 0; index < 500; index++) await limiter.block(`blocked ${index}`, '10m')
    expect(ask(limiter, 'blocked 0').allowed).toBe(false)
  })

  it('where only exhausted keys are left, does not let new ones pass without limit', () => {
    const { limiter } = limiterOf({ limit: 1 }, 50)
    for (let index = 0; index < 50; index++) ask(limiter, `exhausted ${index}`)
    let admitted = 0
    for (let index = 0; index < 20_000; index++) if (ask(limiter, `new ${index}`).allowed) admitted++
    // They share counters, of which there are 1024.
    expect(admitted).toBeLessThanOrEqual(1_024)
    for (let index = 0; index < 50; index++) expect(ask(limiter, `exhausted ${index}`).allowed).toBe(false)
  })

  it('takes the place of keys whose window is over, and keeps those in use', () => {
    const { limiter, clock } = limiterOf({ limit: 10 })
    for (let index = 0; index < 99; index++) ask(limiter, `old ${index}`)
    clock.advance(61_000)
    ask(limiter, 'in use')
    for (let index = 0; index < 98; index++) ask(limiter, `new ${index}`)
    expect(ask(limiter, 'in use').remaining).toBe(8)
  })
})

it('schedules nothing for its keys', () => {
  const { limiter, clock } = limiterOf()
  let scheduled = 0
  const { schedule } = clock
  Object.assign(clock, {
    schedule: (...args: Parameters<typeof schedule>) => (scheduled++, schedule(...args)),
  })
  for (let index = 0; index < 1_000; index++) ask(limiter, `key ${index}`)
  expect(scheduled).toBe(0)
})
