/** Whatever the bus does: nothing purged is served as fresh for longer than the bound, and no generation after a newer one. */
import type { Backend, BusListener } from '@forebay/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brokenPromises, courses, type Sabotage } from '../tiers/fleet-model.ts'

it('keeps near copies coherent', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(courses, async (course) => {
      expect(await brokenPromises(course)).toEqual([])
    }),
    { numRuns: 1_000 },
  )
})

const withListener =
  (change: (listener: BusListener) => BusListener): Sabotage =>
  (shared: Backend): Backend => ({
    ...shared,
    bus: { ...shared.bus, subscribe: (topic, listener) => shared.bus.subscribe(topic, change(listener)) },
  })

const sabotages: readonly (readonly [string, Sabotage])[] = [
  ['gaps are not noticed', withListener((listener) => ({ ...listener, gap: () => undefined }))],
  ['messages are not heard', withListener((listener) => ({ ...listener, message: () => undefined }))],
  [
    'the bus is held for live at all times',
    (shared) => ({ ...shared, bus: { ...shared.bus, isLive: () => true } }),
  ],
]

it.each(sabotages)('would notice when %s', { timeout: 60_000 }, async (_what, sabotage) => {
  const result = await fc.check(
    fc.asyncProperty(courses, async (course) => (await brokenPromises(course, sabotage)).length === 0),
    { numRuns: 2_000, endOnFailure: true },
  )
  expect(result.failed).toBe(true)
})
