/** Nodes that read, make, purge and delete at once over a store that is slow and a bus that does its worst. */
import type { Backend, CacheEntry, FoundEntry, Mark } from '@forebay/core'
import fc from 'fast-check'
import { scopeNamed } from './scope.ts'
import type { Fate } from './simulated-bus.ts'
import { History, recordedStore, type Generation } from './recorded-store.ts'
import { simulatedFleet } from './simulated-fleet.ts'

export type Action =
  | { readonly type: 'get'; readonly node: number; readonly key: number }
  | { readonly type: 'getMany'; readonly node: number }
  | {
      readonly type: 'make'
      readonly node: number
      readonly key: number
      readonly takesMs: number
      readonly freshMs: number
    }
  | { readonly type: 'touch'; readonly node: number; readonly key: number; readonly freshMs: number }
  | { readonly type: 'delete'; readonly node: number; readonly key: number }
  | { readonly type: 'mark'; readonly node: number; readonly mark: Mark; readonly soft: boolean }
  | { readonly type: 'gap'; readonly node: number }
  | { readonly type: 'wait'; readonly ms: number }

export interface Course {
  readonly actions: readonly Action[]
  /** Used in turn, as are the others. */
  readonly fates: readonly Fate[]
  readonly refusals: readonly boolean[]
  readonly travelsMs: readonly number[]
  readonly subscribeMs: number
}

const nodes = 3
const keys = ['a', 'b'] as const
/** What happens happens at multiples of this. */
const stepMs = 10
const longestTravelMs = 100
/** One refusal in a row, and the time after which the message is said again. */
const refusedMs = 250

/** A second on the bus, and the ways of calls and messages before and after it. */
export const boundMs: number = 1_000 + 2 * longestTravelMs + refusedMs + 2 * stepMs

const steps = (most: number): fc.Arbitrary<number> => fc.nat(most / stepMs).map((count) => count * stepMs)
const node = fc.nat(nodes - 1)
const key = fc.nat(keys.length - 1)
const mark = fc.constantFrom<Mark[]>(
  { type: 'label', label: 'tag a' },
  { type: 'label', label: 'all tags' },
  { type: 'label', label: 'nobody has it' },
  { type: 'prefix', prefix: '/b' },
  { type: 'all' },
)

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('get'), node, key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('getMany'), node }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('make'),
      node,
      key,
      takesMs: steps(300),
      freshMs: fc.constantFrom(200, 60_000, 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('touch'),
      node,
      key,
      freshMs: fc.constantFrom(100, 5_000, 60_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete'), node, key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('mark'), node, mark, soft: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('gap'), node }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('wait'), ms: steps(120) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait'), ms: steps(1_500) }) },
)

/** In time, late and out of order, twice, lost and noticed, lost and noticed after long. */
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ arrivesAfterMs: [0] }) },
  { weight: 4, arbitrary: steps(1_000).map((ms) => ({ arrivesAfterMs: [ms] })) },
  { weight: 1, arbitrary: steps(4_000).map((ms) => ({ arrivesAfterMs: [ms] })) },
  { weight: 1, arbitrary: fc.tuple(steps(500), steps(3_000)).map((ms) => ({ arrivesAfterMs: ms })) },
  { weight: 3, arbitrary: steps(4_000).map((ms) => ({ arrivesAfterMs: [], gapAfterMs: ms })) },
)

export const courses: fc.Arbitrary<Course> = fc.record({
  actions: fc.array(action, { minLength: 1, maxLength: 60 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 12 }),
  refusals: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  travelsMs: fc.array(fc.oneof(steps(longestTravelMs), fc.constantFrom(0, longestTravelMs)), {
    minLength: 1,
    maxLength: 8,
  }),
  subscribeMs: fc.constantFrom(0, 0, 300),
})

/** Stands between a tiered node and the bus or the store, to show what the model notices. */
export type Sabotage = (shared: Backend) => Backend

/** Runs the course; the promises that were broken on the way, in words. */
export async function brokenPromises(course: Course, sabotage?: Sabotage): Promise<readonly string[]> {
  const refuses = inTurn(course.refusals)
  let refusedLast = false
  const fleet = simulatedFleet({
    fate: inTurn(course.fates),
    refuses: () => (refusedLast = !refusedLast && refuses()),
    subscribeMs: course.subscribeMs,
  })
  const { clock } = fleet
  const travelMs = inTurn(course.travelsMs)
  const history = new History(clock)
  const travel = (): Promise<void> => {
    const ms = travelMs()
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.schedule(ms, resolve))
  }
  const entries = recordedStore({ truth: fleet.truth, history, keys, travel })
  const backends = Array.from({ length: nodes }, (_, index) =>
    fleet.tiered(index, { entries, nearTtl: 30_000, ...(sabotage === undefined ? {} : { sabotage }) }),
  )
  const broken: string[] = []
  const newest = new Map<string, number>()
  const served = (index: number, name: string, found: FoundEntry | undefined): void => {
    if (found === undefined) return
    const { id } = found.entry.value as Generation
    const order = history.orderOf(id)
    const place = `${index} ${name}`
    if (order < (newest.get(place) ?? -1)) broken.push(`${place}: ${id}, older than what it served before`)
    newest.set(place, Math.max(order, newest.get(place) ?? -1))
    const isFresh = !found.softened && found.entry.staleAt > clock.now()
    if (isFresh && history.outdatedForMs(id) > boundMs) {
      broken.push(`${place}: ${id} as fresh, ${history.outdatedForMs(id)} ms after it was outdated`)
    }
  }
  let made = 0
  const make = async ({
    node: index,
    key: which,
    takesMs,
    freshMs,
  }: Action & { type: 'make' }): Promise<void> => {
    const store = backends[index]?.entries
    const name = keys[which] ?? ''
    const stamp = (await store?.stamp(scope)) ?? 0
    if (takesMs > 0) await new Promise<void>((resolve) => void clock.schedule(takesMs, resolve))
    const now = clock.now()
    const entry: CacheEntry = {
      value: { id: ++made } satisfies Generation,
      bytes: 10,
      stamp,
      storedAt: now,
      staleAt: now + freshMs,
      deleteAt: now + freshMs + 1_000,
      labels: [`tag ${name}`, 'all tags'],
      path: `/${name}/`,
    }
    await store?.set(scope, name, entry)
  }
  const act = async (one: Action): Promise<void> => {
    if (one.type === 'wait') return
    const store = backends[one.node]?.entries
    if (store === undefined) return
    const name = keys['key' in one ? one.key : 0] ?? ''
    if (one.type === 'get') served(one.node, name, await store.get(scope, name))
    else if (one.type === 'getMany') {
      const found = await store.getMany(scope, keys)
      for (const each of keys) served(one.node, each, found.get(each))
    } else if (one.type === 'make') await make(one)
    else if (one.type === 'delete') await store.delete(scope, name)
    else if (one.type === 'mark') await store.mark(scope, [one.mark], { soft: one.soft })
    else if (one.type === 'touch') {
      const now = clock.now()
      await store.touch(scope, name, { staleAt: now + one.freshMs, deleteAt: now + one.freshMs + 1_000 })
    } else fleet.bus.gap(one.node)
  }
  const pass = async (ms: number): Promise<void> => {
    await settle()
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(stepMs)
      await settle()
    }
  }
  let underway = 0
  for (const one of course.actions) {
    underway++
    // The bus may refuse what a purge says: then the purge is told so.
    act(one)
      .catch(() => undefined)
      .finally(() => underway--)
    if (one.type === 'wait') await pass(one.ms)
  }
  await pass(3_000)
  for (const [index] of backends.entries()) {
    for (const which of keys.keys()) {
      void act({ type: 'get', node: index, key: which })
    }
  }
  await pass(1_000)
  if (underway > 0) broken.push(`${underway} calls never ended`)
  return broken
}

const scope = scopeNamed('model')

async function settle(): Promise<void> {
  for (let turn = 0; turn < 25; turn++) await Promise.resolve()
}

function inTurn<T>(values: readonly T[]): () => T {
  let next = 0
  return () => values[next++ % values.length] as T
}
