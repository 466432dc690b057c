/** The specification of each algorithm: `(state, policy, units, now) → [state, decision]`, as a pure function. */
import type { Policy, PolicyDecision } from '../../ports/rate-limit-store.ts'
import { judgeCharge } from '../judgement.ts'
import type { State } from './algorithm.ts'
import { HitLog } from './hit-log.ts'
import { algorithms } from './table.ts'

/** A key's state under one policy; undefined for a key that was never charged. */
export type RuleState = State | undefined

/**
 * Decides and charges. The state given is not changed, and after a denial the one returned equals it. The store decides
 * by the same algorithms in place; a mirror elsewhere (a script in Redis) is held against this function.
 */
export function decideByRule(
  state: RuleState,
  policy: Policy,
  { units, now }: { readonly units: number; readonly now: number },
): readonly [RuleState, PolicyDecision] {
  const algorithm = algorithms[policy.algorithm]
  const moment = { policy, now }
  const next: State =
    state === undefined
      ? { numbers: new Float64Array(algorithm.words), at: 0, log: new HitLog() }
      : { numbers: state.numbers.slice(), at: 0, log: state.log.copy() }
  if (state === undefined) algorithm.begin(next, moment)
  const decision = judgeCharge(algorithm, next, moment, units)
  return [decision.allowed && units > 0 ? next : state, decision]
}
