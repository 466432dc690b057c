/** What `close` does with what waits. */
import { expect, it } from 'vitest'
import type { MaybePromise } from '@forebay/core'
import { manualClock, simulatedJournal } from '@forebay/testing'
import { buffered, pass } from './buffered.ts'

it('flushes what waits, once, however often it is closed', async () => {
  const { writes, flushes } = buffered()
  for (const key of ['a', 'b', 'c', 'd']) void writes.write(key, 1)
  const closing = writes.close()
  expect(writes.close()).toBe(closing)
  await closing
  expect(flushes).toEqual(['a=1,b=1,c=1', 'd=1'])
})

it('tries again until its time is over', async () => {
  let failures = 3
  const { writes, flushes, clock } = buffered({
    flush() {
      if (failures-- > 0) throw new Error('away')
    },
  })
  await writes.write('a', 1)
  const closing = writes.close()
  await pass(clock, 2_000)
  await closing
  expect(flushes).toEqual(['a=1'])
})

it('hands over what is left without a journal, the newest value of each key', async () => {
  const letters: [string, unknown][] = []
  const { writes, clock } = buffered({
    flush: () => new Promise(() => undefined),
    onDeadLetter: (entries) => void letters.push(...entries),
  })
  await writes.write('a', 1)
  void writes.flush().catch(() => undefined)
  await pass(clock, 100)
  await writes.write('a', 2)
  await writes.write('b', 3)
  const closing = writes.close()
  await pass(clock, 10_100, 100)
  await closing
  expect(letters).toEqual([
    ['a', 2],
    ['b', 3],
  ])
})

it('says in the log what is lost where nobody takes it', async () => {
  const { writes, clock, logged } = buffered({
    flush() {
      throw new Error('away')
    },
  })
  await writes.write('a', 1)
  const closing = writes.close()
  await pass(clock, 10_500, 100)
  await closing
  expect(logged.at(-1)).toBe(
    'error forebay: writeBehind: 1 writes are lost: they did not reach the source before closeTimeout',
  )
})

it('waits for a journal that hangs no more than a second longer', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  let isHanging = false
  const unlessItHangs = async <Answer>(call: () => MaybePromise<Answer>): Promise<Answer> =>
    isHanging ? await new Promise(() => undefined) : await call()
  const { writes } = buffered({
    clock,
    journal: {
      append: (...args) => unlessItHangs(() => journal.append(...args)),
      open: async (...args) => {
        const reader = await unlessItHangs(() => journal.open(...args))
        return reader && { ...reader, release: () => unlessItHangs(() => reader.release()) }
      },
    },
    flush() {
      isHanging = true
      return new Promise(() => undefined)
    },
  })
  await writes.write('a', 1)
  let isClosed = false
  const closing = writes.close().then(() => (isClosed = true))
  await pass(clock, 9_900, 100)
  expect(isClosed).toBe(false)
  await pass(clock, 1_200, 100)
  await closing
})

it('leaves to other processes what is in a journal, at once', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const letters: unknown[] = []
  const { writes, logged } = buffered({
    clock,
    journal,
    flush: () => new Promise(() => undefined),
    onDeadLetter: (entries) => void letters.push(...entries),
  })
  await writes.write('a', 1)
  const closing = writes.close()
  await pass(clock, 10_100, 100)
  await closing
  expect(letters).toEqual([])
  expect(logged).toEqual([])
  const other = buffered({ clock, journal })
  await other.writes.flush()
  expect(other.flushes).toEqual(['a=1'])
  await other.writes.close()
})

it('takes nothing any more after it was closed', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const closed = buffered({ clock, journal })
  await closed.writes.close()
  const other = buffered({ clock, journal })
  await other.writes.write('a', 1)
  await closed.writes.flush()
  await pass(clock, 5_000)
  expect(closed.flushes).toEqual([])
  expect(other.flushes).toEqual(['a=1'])
  await other.writes.close()
})
