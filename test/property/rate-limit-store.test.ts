/** The memory store decides as the pure rules do, over any number of keys and policies. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryBackend, type Charge, type Decision, type Policy, type RateLimitStore } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { decideByRule, type RuleState } from '../../packages/core/src/rate-limit/algorithms/rule.ts'
import { algorithmNames, policyOf, startsAt } from './rate-limit-traces.ts'

interface Call {
  readonly key: string
  readonly waitMs: number
  /** Units of each policy. */
  readonly units: readonly number[]
}

const keys = ['a', 'b', '', '__proto__', 'constructor']

const policies: fc.Arbitrary<Policy[]> = fc
  .array(fc.constantFrom(...algorithmNames).chain(policyOf), { minLength: 1, maxLength: 3 })
  .map((list) => list.map((policy, index) => ({ ...policy, name: `p${index}` })))

const calls: fc.Arbitrary<Call[]> = fc.array(
  fc.record({
    key: fc.constantFrom(...keys),
    waitMs: fc.oneof(fc.constantFrom(0, 1, 59, 60, 100, 200), fc.integer({ min: 0, max: 3_000 })),
    units: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 }),
  }),
  { maxLength: 40 },
)

/** The specification: every policy is asked by its rule, and all are charged or none. */
class Model {
  readonly #states = new Map<string, RuleState>()

  consume(key: string, charges: readonly Charge[], now: number): boolean {
    const asked = charges.map(({ policy, units }) => {
      const id = `${policy.name} ${key}`
      const [next, decision] = decideByRule(this.#states.get(id), policy, { units, now })
      return { id, next, decision }
    })
    if (!asked.every(({ decision }) => decision.allowed)) return false
    for (const { id, next } of asked) this.#states.set(id, next)
    return true
  }
}

function started(): { readonly limits: RateLimitStore; readonly clock: ReturnType<typeof manualClock> } {
  const clock = manualClock(startsAt)
  return { limits: memoryBackend({ clock }).limits, clock }
}

describe('the memory store', () => {
  it('decides as the rules do, all policies or none', () => {
    fc.assert(
      fc.property(policies, calls, (list, asked) => {
        const { limits, clock } = started()
        const model = new Model()
        for (const { key, waitMs, units } of asked) {
          clock.advance(waitMs)
          const charges = list.map((policy, index) => ({ policy, units: units[index] ?? 0 }))
          const decision = limits.consume('group', key, charges) as Decision
          expect(decision.allowed).toBe(model.consume(key, charges, clock.now()))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('says beforehand what it will say, and changes nothing by it', () => {
    fc.assert(
      fc.property(policies, calls, (list, asked) => {
        const { limits, clock } = started()
        for (const { key, waitMs, units } of asked) {
          clock.advance(waitMs)
          const charges = list.map((policy, index) => ({ policy, units: units[index] ?? 0 }))
          const first = limits.peek('group', key, charges) as Decision
          expect(limits.peek('group', key, charges)).toEqual(first)
          const { allowed } = limits.consume('group', key, charges) as Decision
          expect(first.allowed).toBe(allowed)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('takes back in the charged window what it charged there, as if it had never been', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...algorithmNames).chain(policyOf),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }),
        (policy, waits) => {
          const { limits, clock } = started()
          const one = [{ policy, units: 1 }]
          for (const waitMs of waits) {
            clock.advance(waitMs)
            const before = limits.peek('group', 'key', one) as Decision
            const decision = limits.consume('group', 'key', one) as Decision
            if (!decision.allowed) continue
            void limits.adjust('group', 'key', [{ policy, units: -1 }], decision.policies)
            const after = limits.peek('group', 'key', one) as Decision
            expect([after.allowed, after.remaining]).toEqual([before.allowed, before.remaining])
            void limits.consume('group', 'key', one)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('never gives back more than is used, nor in a window that is over', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...algorithmNames).chain(policyOf),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 100_000 }),
        (policy, back, waitMs) => {
          const { limits, clock } = started()
          const charges = [{ policy, units: 1 }]
          const decision = limits.consume('group', 'key', charges) as Decision
          clock.advance(waitMs)
          void limits.consume('group', 'key', charges)
          const before = limits.peek('group', 'key', charges) as Decision
          void limits.adjust('group', 'key', [{ policy, units: -back }], decision.policies)
          const after = limits.peek('group', 'key', charges) as Decision
          const most = ['token-bucket', 'gcra'].includes(policy.algorithm) ? policy.burst : policy.limit
          expect(after.remaining).toBeLessThanOrEqual(most)
          expect(after.remaining).toBeGreaterThanOrEqual(before.remaining)
          if (policy.algorithm === 'fixed-window' && waitMs >= policy.windowMs) {
            expect(after.remaining).toBe(before.remaining)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
