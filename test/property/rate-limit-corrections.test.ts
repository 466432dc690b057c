/** What stays true however charges are corrected afterwards: given back, or grown beyond the limit. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlgorithmName, Policy } from '@forebay/core'
import { decideByRule, type RuleState } from '../../packages/core/src/rate-limit/algorithms/rule.ts'
import { algorithms } from '../../packages/core/src/rate-limit/algorithms/table.ts'
import { algorithmNames, startsAt, traceOf, type Trace } from './rate-limit-traces.ts'

/** After each step, by how much which earlier charge is corrected; -1 for the newest, whichever that is. */
interface Correction {
  readonly of: number
  readonly units: number
}

interface Corrected {
  readonly state: RuleState
  readonly policy: Policy
  readonly now: number
  readonly correction: Correction
  /** Units available before the correction. */
  readonly before: number
}

const corrections: fc.Arbitrary<Correction[]> = fc.array(
  fc.record({ of: fc.integer({ min: -1, max: 60 }), units: fc.integer({ min: -8, max: 8 }) }),
  { minLength: 60, maxLength: 60 },
)

function walk({ policy, steps }: Trace, list: readonly Correction[], visit: (now: Corrected) => void): void {
  const windows: number[] = []
  let state: RuleState
  let now = startsAt
  for (const [index, { waitMs, units }] of steps.entries()) {
    now += waitMs
    const [next, { chargedWindow }] = decideByRule(state, policy, { units, now })
    state = next
    windows.push(chargedWindow)
    const correction = list[index]
    const window = correction && correction.of >= 0 ? windows[correction.of] : undefined
    if (state === undefined || correction === undefined || (correction.of >= 0 && window === undefined))
      continue
    const before = availableAt(state, policy, now)
    algorithms[policy.algorithm].adjust(state, { policy, now }, { units: correction.units, window })
    visit({ state, policy, now, correction, before })
  }
}

function availableAt(state: RuleState, policy: Policy, now: number): number {
  return decideByRule(state, policy, { units: 0, now })[1].remaining
}

function most({ algorithm, limit, burst }: Policy): number {
  return algorithm === 'token-bucket' || algorithm === 'gcra' ? burst : limit
}

function always(algorithm: AlgorithmName, visit: (now: Corrected) => void): void {
  fc.assert(
    fc.property(traceOf(algorithm), corrections, (trace, list) => walk(trace, list, visit)),
    { numRuns: 150 },
  )
}

describe.each(algorithmNames)('%s', (algorithm) => {
  it('gives and takes what is asked at most, and use never falls below zero', () => {
    always(algorithm, ({ state, policy, now, correction: { units }, before }) => {
      const after = availableAt(state, policy, now)
      expect(after).toBeLessThanOrEqual(most(policy))
      expect(after).toBeGreaterThanOrEqual(units > 0 ? Math.max(0, before - units) : before)
      expect(after).toBeLessThanOrEqual(units < 0 ? before - units : before)
    })
  })

  it('names when a unit more is there, when the whole quota is, and how long to wait', () => {
    always(algorithm, ({ state, policy, now }) => {
      const [, { remaining, nextAt, resetAt }] = decideByRule(state, policy, { units: 0, now })
      expect(availableAt(state, policy, resetAt)).toBe(most(policy))
      if (remaining === most(policy)) return
      expect(availableAt(state, policy, resetAt - 1)).toBeLessThan(most(policy))
      expect(availableAt(state, policy, nextAt)).toBeGreaterThan(remaining)
      expect(availableAt(state, policy, nextAt - 1)).toBe(remaining)
      const [, denied] = decideByRule(state, policy, { units: remaining + 1, now })
      expect(denied).toMatchObject({ allowed: false, retryAfterMs: nextAt - now })
    })
  })

  it('keeps no more than it counts', () => {
    always(algorithm, ({ state, policy }) => {
      for (const number of state?.numbers ?? []) expect(Number.isSafeInteger(number)).toBe(true)
      // Later charges may go beyond the limit by 8 units a step, of which there are at most 60.
      expect(state?.log.size ?? 0).toBeLessThanOrEqual(2 * (policy.limit + 480) + 32)
    })
  })
})

it('a sliding log forgets the hits that were given back', () => {
  const policy: Policy = { name: 'p', limit: 5, windowMs: 86_400_000, algorithm: 'sliding-log', burst: 5 }
  let state: RuleState
  for (let now = startsAt; now < startsAt + 10_000; now++) {
    const [next, { chargedWindow, allowed }] = decideByRule(state, policy, { units: 1, now })
    state = next
    expect(allowed).toBe(true)
    if (state) algorithms['sliding-log'].adjust(state, { policy, now }, { units: -1, window: chargedWindow })
  }
  expect(state?.log.size).toBeLessThanOrEqual(5)
})
