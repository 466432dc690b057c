/** The disk decides as memory does, whatever is asked when. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryBackend } from '@forebay/core'
import { timedDisk, type TimedDisk } from '../disk/disk-nodes.ts'
import { Pair } from './limit-pair.ts'
import { limitTraces, logTraces, type LimitTrace } from './redis-limit-traces.ts'

let disk: TimedDisk

beforeAll(() => {
  disk = timedDisk()
})

afterAll(() => disk.stop())

async function play({ policies, steps }: LimitTrace): Promise<void> {
  const memory = memoryBackend({ clock: disk.clock }).limits
  const pair = new Pair([memory, disk.backend.limits])
  for (const step of steps) {
    disk.clock.advance(step.waitMs)
    const [inMemory, onDisk] = await pair.ask(step, policies)
    expect(onDisk).toEqual(inMemory)
  }
}

it('says the same as memory, to the last number', async () => {
  await fc.assert(fc.asyncProperty(limitTraces, play), { numRuns: 250 })
})

it('keeps the same log, however long it goes on', async () => {
  await fc.assert(fc.asyncProperty(logTraces, play), { numRuns: 20 })
})
