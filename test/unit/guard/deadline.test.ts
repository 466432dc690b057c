import { manualClock } from '@forebay/testing'
import { expect, it } from 'vitest'
import { NoAnswer, withDeadline } from '../../../packages/core/src/guard/deadline.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('gives up after the timeout', async () => {
  const clock = manualClock()
  const answer = withDeadline(new Promise<never>(() => undefined), 100, clock)
  clock.advance(100)
  await expect(answer).rejects.toBeInstanceOf(NoAnswer)
})

it('takes an answer that came in time, and was read only after a turn that was spent on other work', async () => {
  const clock = manualClock()
  let answer = (_value: string): void => undefined
  const waiting = withDeadline(new Promise<string>((resolve) => (answer = resolve)), 100, clock)
  clock.advance(100)
  // Each turn takes 50 ms, so that nobody has looked at the network for long.
  for (let turns = 0; turns < 5; turns++) {
    clock.advance(50)
    await turn()
  }
  answer('late')
  expect(await waiting).toBe('late')
})

it('gives up at last also where no turn is free', async () => {
  const clock = manualClock()
  let isOver = false
  const waiting = withDeadline(new Promise<never>(() => undefined), 100, clock).catch(() => (isOver = true))
  clock.advance(100)
  for (let turns = 0; turns < 40; turns++) {
    clock.advance(50)
    await turn()
  }
  expect(isOver).toBe(true)
  await waiting
})

it('is over with the answer, whatever comes of its time', async () => {
  const clock = manualClock()
  expect(await withDeadline(Promise.resolve('page'), 100, clock)).toBe('page')
  await expect(withDeadline(Promise.reject(new Error('down')), 100, clock)).rejects.toThrow('down')
  clock.advance(1_000)
  await turn()
})
