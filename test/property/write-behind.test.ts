/** Whatever processes write, fail and die: nothing accepted is lost, and the source sees each key's values in their order. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { manualClock, simulatedJournal } from '@forebay/testing'
import { buffered, finish, pass, settle, type Buffered } from '../unit/write-behind/buffered.ts'
import { Mortal } from '../unit/write-behind/mortal.ts'

const processes = 3
const keys = ['a', 'b', 'c']

interface Running {
  readonly mortal: Mortal
  readonly fate: { diesAfterFlush: boolean }
  readonly buffer: Buffered
}

type Step =
  | { readonly type: 'write'; readonly process: number; readonly key: string }
  | { readonly type: 'flush' | 'kill' | 'die after flush'; readonly process: number }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'fail'; readonly times: number }

const process = fc.nat(processes - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('write' as const), process, key: fc.constantFrom(...keys) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('flush' as const, 'kill' as const, 'die after flush' as const),
      process,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 10, max: 4_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('fail' as const), times: fc.integer({ min: 1, max: 3 }) }),
  },
)

it('loses nothing that was accepted, and keeps the order of every key, with a journal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const clock = manualClock()
      const journal = simulatedJournal(clock)
      const accepted = new Map<string, number>()
      const flushed: (readonly [string, number])[] = []
      let failures = 0
      let started = 0
      const start = (): Running => {
        // Of several releases, for example.
        const maxBatch = [3, 1, 2][started++ % 3] ?? 1
        const mortal = new Mortal()
        const fate = { diesAfterFlush: false }
        const flush = (entries: [string, unknown][]): Promise<void> =>
          mortal.do(() => {
            if (failures > 0 && failures-- > 0) throw new Error('the source refuses')
            for (const [key, value] of entries) flushed.push([key, value as number])
            if (fate.diesAfterFlush) mortal.kill()
          })
        return {
          mortal,
          fate,
          buffer: buffered({ clock, journal: mortal.journal(journal), flush, maxBatch }),
        }
      }
      const running = Array.from({ length: processes }, start)
      let value = 0
      for (const one of steps) {
        if (one.type === 'pass') await pass(clock, one.ms, 100)
        else if (one.type === 'fail') failures = one.times
        else {
          if (running[one.process]!.mortal.isDead) running[one.process] = start()
          const { mortal, fate, buffer } = running[one.process]!
          if (one.type === 'write') {
            const written = ++value
            await Promise.race([buffer.writes.write(one.key, written), settle()])
            if (!mortal.isDead) accepted.set(one.key, written)
          } else if (one.type === 'die after flush') fate.diesAfterFlush = true
          else if (one.type === 'flush') void buffer.writes.flush().catch(() => undefined)
          else {
            mortal.kill()
            running[one.process] = start()
          }
        }
      }
      failures = 0
      const last = start()
      await pass(clock, 12_000, 250)
      const living = [...running, last].filter(({ mortal }) => !mortal.isDead)
      await finish(clock, ...living.map(({ buffer }) => buffer.writes.close()))
      for (const key of keys) {
        const values = flushed.filter(([flushedKey]) => flushedKey === key).map(([, one]) => one)
        expect(values.at(-1) ?? 0).toBeGreaterThanOrEqual(accepted.get(key) ?? 0)
        expect(values).toEqual(values.toSorted((a, b) => a - b))
      }
    }),
    { numRuns: 200 },
  )
}, 60_000)
