/** What an algorithm's state says about one charge, and what several policies say together. */
import type { Decision, Policy, PolicyDecision } from '../ports/rate-limit-store.ts'
import type { Algorithm, Moment, State } from './algorithms/algorithm.ts'

/** Nothing was charged: no window is named. */
const noWindow = -1

/** Whether the charge fits; changes nothing. A limit of 0 denies everything, looks included. */
export function fits(algorithm: Algorithm, state: State, moment: Moment, units: number): boolean {
  return moment.policy.limit > 0 && units <= algorithm.available(state, moment)
}

/** The decision on a charge that is only looked at; changes nothing. */
export function judge(algorithm: Algorithm, state: State, moment: Moment, units: number): PolicyDecision {
  const available = algorithm.available(state, moment)
  const allowed = moment.policy.limit > 0 && units <= available
  return decided(algorithm, state, moment, { allowed, units, remaining: available, window: noWindow })
}

/** Makes the charge if it fits, and tells the state after it; a denial changes nothing. */
export function charge(algorithm: Algorithm, state: State, moment: Moment, units: number): PolicyDecision {
  const available = algorithm.available(state, moment)
  if (units === 0 || units > available || moment.policy.limit === 0) {
    const allowed = moment.policy.limit > 0 && units <= available
    return decided(algorithm, state, moment, { allowed, units, remaining: available, window: noWindow })
  }
  algorithm.charge(state, moment, units)
  const window = algorithm.window(state)
  return decided(algorithm, state, moment, { allowed: true, units, remaining: available - units, window })
}

interface Outcome {
  readonly allowed: boolean
  readonly units: number
  /** What is available in the state as it stands. */
  readonly remaining: number
  readonly window: number
}

function decided(
  algorithm: Algorithm,
  state: State,
  moment: Moment,
  { allowed, units, remaining, window }: Outcome,
): PolicyDecision {
  const { policy } = moment
  return {
    name: policy.name,
    allowed,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining,
    resetAt: algorithm.wholeAt(state, moment),
    nextAt: nextUnitAt(algorithm, state, moment, remaining),
    retryAfterMs: allowed ? undefined : waitMs(algorithm, state, moment, units),
    chargedWindow: window,
  }
}

function nextUnitAt(algorithm: Algorithm, state: State, moment: Moment, remaining: number): number {
  const most = mostUnits(moment.policy)
  return remaining >= most ? moment.now : algorithm.fitsAt(state, moment, remaining + 1)
}

function waitMs(algorithm: Algorithm, state: State, moment: Moment, units: number): number {
  return moment.policy.limit === 0 ? Infinity : algorithm.fitsAt(state, moment, units) - moment.now
}

/** The most units that can ever be there at once. */
function mostUnits({ algorithm, limit, burst }: Policy): number {
  if (limit === 0) return 0
  return algorithm === 'token-bucket' || algorithm === 'gcra' ? burst : limit
}

/** What the policies say together. The one that is closest to denial gives `limit`, `remaining` and `resetAt`. */
export function decisionOf(key: string, policies: readonly PolicyDecision[]): Decision {
  const closest = policies.length === 1 ? policies[0]! : closestToDenial(policies)
  const { allowed, limit, remaining, resetAt } = closest
  if (allowed) return { allowed, limit, remaining, resetAt, key, policies, source: 'backend' }
  const retryAfterMs = closest.retryAfterMs ?? 0
  const facts = {
    allowed,
    limit,
    remaining,
    resetAt,
    key,
    policies,
    source: 'backend',
    reason: 'quota',
  } as const
  // Absent when the cost could never fit: no wait would help.
  return retryAfterMs === Infinity ? facts : { ...facts, retryAfterMs }
}

/** Of those that denied the one with the longest wait; else the one with the fewest units left. */
function closestToDenial(policies: readonly PolicyDecision[]): PolicyDecision {
  let closest = policies[0]!
  for (let index = 1; index < policies.length; index++) {
    const other = policies[index]!
    if (isCloser(other, closest)) closest = other
  }
  return closest
}

function isCloser(other: PolicyDecision, closest: PolicyDecision): boolean {
  if (other.allowed !== closest.allowed) return !other.allowed
  if (!other.allowed) return (other.retryAfterMs ?? 0) > (closest.retryAfterMs ?? 0)
  return other.remaining < closest.remaining
}
