/** Traces of asked charges, random and adversarial, and what is admitted of them. */
import fc from 'fast-check'
import type { AlgorithmName, Policy, PolicyDecision } from '@forebay/core'
import { decideByRule, type RuleState } from '../../packages/core/src/rate-limit/algorithms/rule.ts'

export const algorithmNames: readonly AlgorithmName[] = [
  'sliding-window',
  'sliding-log',
  'fixed-window',
  'token-bucket',
  'gcra',
]

export interface Step {
  readonly waitMs: number
  readonly units: number
}

export interface Trace {
  readonly policy: Policy
  readonly steps: readonly Step[]
}

export interface Admitted {
  readonly at: number
  readonly units: number
}

export const startsAt = 1_800_000_000_000

export function policyOf(algorithm: AlgorithmName): fc.Arbitrary<Policy> {
  return fc
    .record({
      limit: fc.integer({ min: 1, max: 12 }),
      windowMs: fc.constantFrom(1, 2, 5, 7, 60, 100, 1_000, 59_999),
      burst: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ limit, windowMs, burst }) => {
      const hasBurst = algorithm === 'token-bucket' || algorithm === 'gcra'
      return { name: 'p', limit, windowMs, algorithm, burst: hasBurst ? burst : limit }
    })
}

/** Waits that meet the edges of windows and of their fifths, and any others. */
export function traceOf(algorithm: AlgorithmName): fc.Arbitrary<Trace> {
  return policyOf(algorithm).chain((policy) => {
    const { windowMs } = policy
    const edges = [
      0,
      1,
      windowMs - 1,
      windowMs,
      windowMs + 1,
      Math.ceil(windowMs / 5),
      Math.ceil(windowMs / 5) - 1,
    ]
    const waitMs = fc.oneof(
      fc.constantFrom(...edges.map((ms) => Math.max(0, ms))),
      fc.integer({ min: 0, max: 2 * windowMs }),
    )
    const units = fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 0, max: 6 }))
    return fc.record({
      policy: fc.constant(policy),
      steps: fc.array(fc.record({ waitMs, units }), { minLength: 1, maxLength: 60 }),
    })
  })
}

/** A step of a trace, and what the pure rule says to it. */
export interface Played {
  readonly at: number
  readonly units: number
  readonly decision: PolicyDecision
}

export function* played({ policy, steps }: Trace): Generator<Played> {
  let state: RuleState
  let at = startsAt
  for (const { waitMs, units } of steps) {
    at += waitMs
    const [next, decision] = decideByRule(state, policy, { units, now: at })
    state = next
    yield { at, units, decision }
  }
}

/** What the pure rule admits of a trace. */
export function admittedOf(trace: Trace): Admitted[] {
  const admitted: Admitted[] = []
  for (const { at, units, decision } of played(trace)) {
    if (decision.allowed && units > 0) admitted.push({ at, units })
  }
  return admitted
}

/** The most units that were admitted within any interval of that length, by looking at every one. */
export function mostWithin(admitted: readonly Admitted[], lengthMs: number): number {
  let most = 0
  for (const [index, { at }] of admitted.entries()) {
    let within = 0
    for (const later of admitted.slice(index)) if (later.at < at + lengthMs) within += later.units
    most = Math.max(most, within)
  }
  return most
}
