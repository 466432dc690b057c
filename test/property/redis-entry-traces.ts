/** Random things that caches do to a store. */
import fc from 'fast-check'
import type { Mark } from '@forebay/core'

/** Which of two nodes does it. */
type Node = 0 | 1

export type EntryStep = { readonly node: Node } & (
  | { readonly type: 'begin'; readonly making: number }
  | {
      readonly type: 'set'
      /** Which of the begun. */
      readonly making: number
      readonly key: string
      readonly value: unknown
      readonly labels: readonly string[]
      readonly path: string
      readonly staleInMs: number
      readonly lifeMs: number
    }
  | { readonly type: 'get' | 'delete'; readonly key: string }
  | { readonly type: 'getMany'; readonly keys: readonly string[] }
  | { readonly type: 'touch'; readonly key: string; readonly staleInMs: number; readonly lifeMs: number }
  | { readonly type: 'mark'; readonly marks: readonly Mark[]; readonly soft: boolean }
  | { readonly type: 'wait'; readonly ms: number }
)

const key = fc.constantFrom('a', 'b', '__proto__', '\ud800')
const label = fc.constantFrom('x', 'y', 'constructor', '\udc00', 'z'.repeat(300))
const path = fc.constantFrom('', '/', '/a', '/a/b', '/b')
const lifeMs = fc.constantFrom(-1, 1, 50, 100, 1_000)
const making = fc.integer({ min: 0, max: 2 })

const mark: fc.Arbitrary<Mark> = fc.oneof(
  { weight: 4, arbitrary: label.map((text): Mark => ({ type: 'label', label: text })) },
  { weight: 4, arbitrary: path.map((text): Mark => ({ type: 'prefix', prefix: text })) },
  { weight: 1, arbitrary: fc.constant<Mark>({ type: 'all' }) },
)

const given = { node: fc.constantFrom<Node>(0, 1) }

const step: fc.Arbitrary<EntryStep> = fc.oneof(
  fc.record({ ...given, type: fc.constant('begin' as const), making }),
  {
    weight: 3,
    arbitrary: fc.record({
      ...given,
      type: fc.constant('set' as const),
      making,
      key,
      value: fc.jsonValue(),
      labels: fc.uniqueArray(label, { maxLength: 2 }),
      path,
      staleInMs: lifeMs,
      lifeMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ ...given, type: fc.constantFrom('get' as const, 'delete' as const), key }),
  },
  fc.record({ ...given, type: fc.constant('getMany' as const), keys: fc.array(key, { maxLength: 4 }) }),
  fc.record({ ...given, type: fc.constant('touch' as const), key, staleInMs: lifeMs, lifeMs }),
  {
    weight: 2,
    arbitrary: fc.record({
      ...given,
      type: fc.constant('mark' as const),
      marks: fc.array(mark, { minLength: 1, maxLength: 2 }),
      soft: fc.boolean(),
    }),
  },
  fc.record({ ...given, type: fc.constant('wait' as const), ms: fc.constantFrom(1, 40, 60) }),
)

export const entryTraces: fc.Arbitrary<readonly EntryStep[]> = fc.array(step, { minLength: 5, maxLength: 40 })
