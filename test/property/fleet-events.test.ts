/** A fleet under events in any order: everybody is answered, and nobody with what was purged before it asked. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Course, nodes, type Event, type Outcome } from './fleet-course.ts'

const node = fc.nat({ max: nodes - 1 })
const path = fc.constantFrom('/a', '/a', '/b')
const some = <T extends string>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const ask = fc.record({ type: some('ask'), node, path })
const outcome = some<Outcome>('ok', 'ok', 'ok', 'error', 'no-store', 'fails', 'short')

const sound: readonly fc.Arbitrary<Event>[] = [
  ask,
  ask,
  ask,
  fc.record({ type: some('purge'), node, path }),
  fc.record({ type: some('clear'), node }),
  fc.record({ type: some('answer'), node, outcome }),
  fc.record({ type: some('answer'), node, outcome }),
  fc.record({ type: some('leave', 'gap', 'lose words', 'mend'), node }),
  fc.record({ type: some('pass'), ms: fc.constantFrom(10, 100, 600, 2_500, 11_000) }),
  fc.record({ type: some('turn') }),
]
const broken: readonly fc.Arbitrary<Event>[] = [
  fc.record({ type: some('cut off', 'lose locks', 'stand still'), node }),
]

const numRuns = Number(process.env['FOREBAY_RUNS'] ?? 30)
const events = (kinds: readonly fc.Arbitrary<Event>[]): fc.Arbitrary<Event[]> =>
  fc.array(fc.oneof(...kinds), { minLength: 5, maxLength: 40, size: 'max' })

async function played(course: Course, all: readonly Event[]): Promise<Course> {
  for (const event of all) await course.happen(event)
  await course.end()
  return course
}

it('answers everybody, and nobody with what was purged before it asked', { timeout: 600_000 }, async () => {
  const property = fc.asyncProperty(fc.boolean(), events(sound), async (isFresh, all) => {
    const { asked, wrong } = await played(new Course({ isFresh, timeout: '5s', seenMs: 0 }), all)
    expect(wrong).toEqual([])
    expect(asked.filter(({ isOver }) => !isOver)).toEqual([])
  })
  await fc.assert(property, { numRuns })
})

it(
  'answers everybody also where nodes are cut off, stand still, or have no locks',
  { timeout: 600_000 },
  async () => {
    const property = fc.asyncProperty(events([...sound, ...broken]), async (all) => {
      const { asked, wrong } = await played(
        new Course({ isFresh: true, timeout: '100ms', seenMs: 1_000 }),
        all,
      )
      expect(wrong).toEqual([])
      expect(asked.filter(({ isOver }) => !isOver)).toEqual([])
    })
    await fc.assert(property, { numRuns })
  },
)
