/** Several processes on one journal: one flushes at a time, and what a dead one left another one does. */
import { expect, it } from 'vitest'
import type { Journal } from '@forebay/core'
import { manualClock, simulatedJournal } from '@forebay/testing'
import { buffered, finish, pass, settle } from './buffered.ts'
import { Mortal } from './mortal.ts'

it('flushes what another process accepted and did not live to flush', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const mortal = new Mortal()
  const dead = buffered({ clock, journal: mortal.journal(journal) })
  await dead.writes.write('a', 1)
  await dead.writes.write('a', 2)
  mortal.kill()
  const { writes, flushes } = buffered({ clock, journal })
  await pass(clock, 1_000)
  expect(flushes).toEqual(['a=2'])
  expect(dead.flushes).toEqual([])
  await writes.close()
})

it('flushes again what a process died over, and not before its time is over', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const mortal = new Mortal()
  const dead = buffered({
    clock,
    journal: mortal.journal(journal),
    flush: () => mortal.do(() => mortal.kill()),
  })
  await dead.writes.write('a', 1)
  await pass(clock, 1_050)
  expect(mortal.isDead).toBe(true)
  const { writes, flushes } = buffered({ clock, journal })
  await writes.write('a', 2)
  await writes.write('b', 1)
  await pass(clock, 2_500)
  expect(flushes).toEqual([])
  await pass(clock, 1_500)
  expect(flushes).toEqual(['a=2,b=1'])
  await writes.close()
})

it('flushes no older value after a newer one that a dead process had flushed, though its batches are smaller', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const mortal = new Mortal()
  const reached: string[] = []
  const dead = buffered({
    clock,
    journal: mortal.journal(journal),
    flush(entries) {
      reached.push(entries.map(([key, value]) => `${key}=${String(value)}`).join(','))
      return mortal.do(() => mortal.kill())
    },
  })
  for (const key of ['a', 'b']) for (const value of [1, 2]) await dead.writes.write(key, value)
  await pass(clock, 1_050)
  expect(reached).toEqual(['a=2,b=2'])
  const { writes, flushes } = buffered({ clock, journal, maxBatch: 1 })
  await pass(clock, 4_000)
  expect(flushes).toEqual(['a=2', 'b=2'])
  await writes.close()
})

it('hands over to another process after a failed attempt', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const failing = buffered({
    clock,
    journal,
    flush() {
      throw new Error('this process does not reach the source')
    },
  })
  const healthy = buffered({ clock, journal })
  await failing.writes.write('a', 1)
  await pass(clock, 3_000)
  expect(healthy.source.get('a')).toBe(1)
  await finish(clock, healthy.writes.close(), failing.writes.close())
})

it('tells a flush that outlives its lease to stop, and gives later processes greater tokens', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const slow = new Mortal()
  const tokens: number[] = []
  let signal: AbortSignal | undefined
  // Reaches neither the journal nor its lease any more, and does not know it.
  const cutOff = buffered({
    clock,
    journal: slow.journal(journal),
    flush(_entries, context) {
      tokens.push(context.token)
      signal = context.signal
      slow.kill()
      return new Promise(() => undefined)
    },
  })
  await cutOff.writes.write('a', 1)
  await pass(clock, 1_000)
  expect(signal?.aborted).toBe(false)
  const next = buffered({ clock, journal, flush: (_entries, { token }) => void tokens.push(token) })
  await pass(clock, 2_950)
  expect(next.flushes).toEqual([])
  await pass(clock, 1_100)
  expect(signal?.aborted).toBe(true)
  expect(next.flushes).toEqual(['a=1'])
  expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Infinity)
  await next.writes.close()
})

it('holds on to the journal while a flush takes long', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const ends: (() => void)[] = []
  const slow = buffered({ clock, journal, flush: () => new Promise<void>((resolve) => ends.push(resolve)) })
  const other = buffered({ clock, journal })
  await slow.writes.write('a', 1)
  const flushing = slow.writes.flush()
  await pass(clock, 9_000)
  expect(other.flushes).toEqual([])
  ends[0]?.()
  await flushing
  expect(slow.flushes).toEqual(['a=1'])
  await pass(clock, 3_000)
  expect(other.flushes).toEqual([])
  await finish(clock, slow.writes.close(), other.writes.close())
})

it('flushes what other processes accepted before the call, too', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const [one, other] = [buffered({ clock, journal }), buffered({ clock, journal })]
  await one.writes.write('a', 1)
  await other.writes.write('b', 1)
  await finish(clock, one.writes.flush(), other.writes.flush())
  expect([...one.source.keys(), ...other.source.keys()].toSorted()).toEqual(['a', 'b'])
  await finish(clock, one.writes.close(), other.writes.close())
})

it('keeps writes through an outage of the journal', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  let isAway = false
  const shaky: Journal = {
    append: async (...args) => {
      if (isAway) throw new Error('the journal is away')
      return await journal.append(...args)
    },
    open: async (...args) => {
      if (isAway) throw new Error('the journal is away')
      return await journal.open(...args)
    },
  }
  const { writes, source, cached, logged } = buffered({ clock, journal: shaky })
  await writes.write('a', 1)
  isAway = true
  cached.set('b', 'old')
  await expect(writes.write('b', 2)).rejects.toMatchObject({
    code: 'FOREBAY_UNAVAILABLE',
    cause: { message: 'the journal is away' },
  })
  expect(cached.has('b')).toBe(false)
  await pass(clock, 5_000)
  expect(source.size).toBe(0)
  isAway = false
  await pass(clock, 2_000)
  expect(source.get('a')).toBe(1)
  expect(logged).toHaveLength(2)
  await writes.close()
})

it('hands over what it cannot read as bytes, and flushes the rest', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  await journal.append('stream', [{ key: 'strange', value: Buffer.from('of another world') }], 100)
  const letters: [string, unknown][] = []
  const errors: Error[] = []
  const { writes, flushes } = buffered({
    clock,
    journal,
    retries: 1,
    onDeadLetter(entries, error) {
      letters.push(...entries)
      errors.push(error)
    },
  })
  for (const value of [1, 2, 3]) {
    await writes.write('a', value)
    await pass(clock, 1_000)
  }
  expect(flushes).toEqual(['a=1', 'a=2', 'a=3'])
  expect(letters.map(([key, bytes]) => [key, String(bytes)])).toEqual([['strange', 'of another world']])
  expect(errors[0]).toMatchObject({ code: 'FOREBAY_INVALID_RESULT' })
  await writes.close()
})

it('does not flush an unreadable write over a newer one that can be read', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  await journal.append('stream', [{ key: 'a', value: Buffer.from('x') }], 100)
  const { writes, flushes } = buffered({ clock, journal })
  await writes.write('a', 2)
  await writes.flush()
  expect(flushes).toEqual(['a=2'])
  await settle()
  await writes.close()
})
