import { manualClock } from '@forebay/testing'
import { expect, test } from 'vitest'
import { Deadlines } from '../../../packages/redis/src/connection/deadlines.ts'

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
