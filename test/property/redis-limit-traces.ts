/** Traces of everything that can be asked of a rate-limit store. */
import fc from 'fast-check'
import type { BlockRule, Policy } from '@forebay/core'
import { algorithmNames, policyOf } from './rate-limit-traces.ts'

export interface LimitStep {
  readonly type: 'consume' | 'peek' | 'correct' | 'refund' | 'reset' | 'block' | 'unblock'
  readonly key: string
  readonly waitMs: number
  /** Of each policy; below 0 for a correction that gives back. */
  readonly units: readonly number[]
  readonly rule: BlockRule | undefined
  readonly blockMs: number
}

export interface LimitTrace {
  readonly policies: readonly Policy[]
  readonly steps: readonly LimitStep[]
}

const policies: fc.Arbitrary<Policy[]> = fc
  .array(fc.constantFrom(...algorithmNames).chain(policyOf), { minLength: 1, maxLength: 3 })
  .map((list) => list.map((policy, index) => ({ ...policy, name: `p${index}` })))

/** One rule per trace, as one limiter has one. */
const rule: fc.Arbitrary<BlockRule | undefined> = fc.option(
  fc.record({
    blockMs: fc.constantFrom(1, 50, 700),
    factor: fc.constantFrom(1, 1.5, 3),
    maxMs: fc.constantFrom(700, 5_000),
  }),
  { nil: undefined },
)

const waitMs = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 0, 1, 12, 20, 59, 60, 100, 200, 201) },
  fc.integer({ min: 0, max: 3_000 }),
)

const asked = fc.record({
  key: fc.constantFrom('a', 'b'),
  waitMs,
  blockMs: fc.constantFrom(1, 90, 1_000),
})

const toConsume = fc.tuple(
  fc.constantFrom('consume' as const, 'consume' as const, 'consume' as const, 'peek' as const),
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(1, 1, 1, 2).map((units) => [units, units, units]) },
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }),
  ),
)

const toChange = fc.tuple(
  fc.constantFrom(
    'correct' as const,
    'correct' as const,
    'refund' as const,
    'reset' as const,
    'block' as const,
    'unblock' as const,
  ),
  fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 }),
)

export const limitTraces: fc.Arbitrary<LimitTrace> = fc.record({ policies, rule }).chain((fixed) =>
  fc.record({
    policies: fc.constant(fixed.policies),
    steps: fc.array(
      fc
        .tuple(asked, fc.oneof({ weight: 4, arbitrary: toConsume }, toChange))
        .map(([step, [type, units]]): LimitStep => ({ ...step, type, units, rule: fixed.rule })),
      { minLength: 1, maxLength: 40 },
    ),
  }),
)

/** One key under one sliding log for a long time, often given back: its lines come and go. */
export const logTraces: fc.Arbitrary<LimitTrace> = fc.record({
  policies: fc
    .constantFrom(12, 60)
    .map((limit) => [{ name: 'p', limit, windowMs: 1_000, algorithm: 'sliding-log' as const, burst: limit }]),
  steps: fc.array(
    fc
      .tuple(fc.constantFrom(0, 7, 40, 60), fc.nat(9), fc.integer({ min: -3, max: 3 }))
      .map(([wait, choice, units]): LimitStep => {
        const type = choice < 6 ? 'consume' : choice < 9 ? 'correct' : 'refund'
        return {
          type,
          key: 'a',
          waitMs: wait,
          units: [type === 'consume' ? Math.abs(units) : units],
          rule: undefined,
          blockMs: 0,
        }
      }),
    { minLength: 150, maxLength: 250, size: 'max' },
  ),
})
