import { createRateLimiter, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Deadlines } from '../../../packages/core/src/guard/deadlines.ts'
import { farBackend } from './guarded-backend.ts'

test('each call is late after as long, in the order in which they were sent', () => {
  const clock = manualClock(0)
  const deadlines = new Deadlines(clock, 100)
  const late: string[] = []
  const begin = (name: string) => deadlines.begin(clock.now(), () => late.push(`${name} ${clock.now()}`))
  begin('first')
  clock.advance(30)
  const second = begin('second')
  clock.advance(0.4)
  begin('third')
  clock.advance(10)
  expect(deadlines.met(second)).toBe(true)
  expect(deadlines.met(second)).toBe(false)
  clock.advance(1_000)
  expect(late).toEqual(['first 100', 'third 130.4'])
})

test('a call that is late begins another, which has all its time', () => {
  const clock = manualClock(0)
  const deadlines = new Deadlines(clock, 100)
  const late: number[] = []
  const again = (): void => {
    late.push(clock.now())
    if (late.length < 3) deadlines.begin(clock.now(), again)
  }
  deadlines.begin(0, again)
  clock.advance(250)
  expect(late).toEqual([100, 200])
  clock.advance(50)
  expect(late).toEqual([100, 200, 300])
})

test('what a late call begins does not put off what was begun before', () => {
  const clock = manualClock(0)
  const deadlines = new Deadlines(clock, 100)
  const late: string[] = []
  const told = (name: string) => (): void => void late.push(`${name} ${clock.now()}`)
  deadlines.begin(0, () => {
    told('first')()
    deadlines.begin(clock.now(), told('third'))
  })
  clock.advance(30)
  deadlines.begin(clock.now(), told('second'))
  clock.advance(1_000)
  expect(late).toEqual(['first 100', 'second 130', 'third 200'])
})

test('a process that was held up reads what has arrived before anything is late', () => {
  const tasks: (() => void)[] = []
  let now = 0
  const clock = {
    ...manualClock(0),
    now: () => now,
    schedule: (_ms: number, task: () => void) => void tasks.push(task),
  }
  const deadlines = new Deadlines(clock as never, 100)
  const late: string[] = []
  const answered = deadlines.begin(now, () => late.push('answered'))
  deadlines.begin(now, () => late.push('silent'))
  now = 700
  tasks.shift()?.()
  expect(late).toEqual([])
  expect(deadlines.met(answered)).toBe(true)
  now = 800
  tasks.shift()?.()
  expect(late).toEqual(['silent'])
})

test('however many calls are met, one timer runs, and none once nothing is waited for', () => {
  const clock = manualClock(0)
  let timers = 0
  const schedule: typeof clock.schedule = (ms, task) => {
    timers++
    return clock.schedule(ms, task)
  }
  const deadlines = new Deadlines({ ...clock, schedule }, 100)
  for (let call = 0; call < 50; call++) {
    const deadline = deadlines.begin(clock.now(), () => expect.unreachable())
    clock.advance(1)
    deadlines.met(deadline)
  }
  expect(timers).toBe(1)
  clock.advance(10_000)
  expect(timers).toBe(1)
})

describe('a test that replaces the timers while the app runs', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  const { clock } = memoryBackend()
  const meetOne = (deadlines: Deadlines): void => {
    deadlines.met(deadlines.begin(clock.now(), () => expect.unreachable()))
  }
  const isLateIn100Ms = (deadlines: Deadlines): boolean => {
    const late = vi.fn<() => void>()
    deadlines.begin(clock.now(), late)
    vi.advanceTimersByTime(90)
    expect(late).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20)
    return late.mock.calls.length === 1
  }

  test('has the deadlines of calls in its own time', () => {
    const deadlines = new Deadlines(clock, 100)
    meetOne(deadlines)
    vi.useFakeTimers()
    expect(isLateIn100Ms(deadlines)).toBe(true)
  })

  test('leaves no deadline waiting for a timer that went with it', () => {
    const deadlines = new Deadlines(clock, 100)
    vi.useFakeTimers()
    meetOne(deadlines)
    vi.useRealTimers()
    vi.useFakeTimers()
    expect(isLateIn100Ms(deadlines)).toBe(true)
  })
})

describe('calls of a limiter', () => {
  test('that are answered in time share one timer', async () => {
    const far = farBackend()
    const schedule = vi.spyOn(far.clock, 'schedule')
    const limiter = far.limiter()
    for (let call = 0; call < 20; call++) await limiter.consume(`key ${call}`)
    expect(schedule).toHaveBeenCalledTimes(1)
  })

  test('are timed by the clock of this process where that of the backend jumps', async () => {
    const far = farBackend()
    let aheadMs = 0
    const { clock } = far
    const jumping = { ...clock, now: () => clock.now() + aheadMs, local: clock }
    const limiter = createRateLimiter({
      limit: 10,
      window: '1m',
      timeout: 100,
      backend: { ...far.backend, clock: jumping },
      logger: far.logger,
    })
    far.calls = 'hangs'
    const answers: string[] = []
    void Promise.resolve(limiter.consume('first')).then(() => answers.push('first'))
    await far.pass(50)
    void Promise.resolve(limiter.consume('second')).then(() => answers.push('second'))
    aheadMs = 3_600_000
    await far.pass(50)
    expect(answers).toEqual(['first'])
    aheadMs = -3_600_000
    await far.pass(50)
    expect(answers).toEqual(['first', 'second'])
  })
})
