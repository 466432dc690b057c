/** Two processes on one folder find what one memory would hold, whatever is set, marked and read when. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { timedDisk, type TimedDisk } from '../disk/disk-nodes.ts'
import { EntryPair } from './entry-pair.ts'
import { entryTraces } from './redis-entry-traces.ts'

let disk: TimedDisk

beforeAll(() => {
  disk = timedDisk()
})

afterAll(() => disk.stop())

it('memory and disk find the same', async () => {
  await fc.assert(
    fc.asyncProperty(entryTraces, async (trace) => {
      const pair = new EntryPair(disk.clock, [disk.backend.entries, disk.neighbour.entries])
      for (const step of trace) {
        const [memory, onDisk] = await pair.ask(step)
        expect(onDisk, JSON.stringify(step)).toEqual(memory)
      }
    }),
    { numRuns: 300 },
  )
})
