/** What an algorithm's state says about one charge, and what several policies say together. */
import type { Decision, DeniedDecision, PolicyDecision } from '../ports/rate-limit-store.ts'
import type { Algorithm, Moment, State } from './algorithms/algorithm.ts'

/** Nothing was charged: no window is named. */
const noWindow = -1

/** Whether the charge fits; changes nothing. A limit of 0 denies everything, looks included. */
export function fits(algorithm: Algorithm, state: State, moment: Moment, units: number): boolean {
  return moment.policy.limit > 0 && units <= algorithm.available(state, moment)
}

/** The decision on a charge that is not made: looked at, or denied. Changes nothing. */
export function judge(algorithm: Algorithm, state: State, moment: Moment, units: number): PolicyDecision {
  const { policy } = moment
  const remaining = algorithm.available(state, moment)
  const allowed = policy.limit > 0 && units <= remaining
  return {
    name: policy.name,
    allowed,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining,
    resetAt: algorithm.wholeAt(state, moment),
    nextAt: nextUnitAt(algorithm, state, moment, remaining),
    retryAfterMs: allowed ? undefined : waitMs(algorithm, state, moment, units),
    chargedWindow: noWindow,
  }
}

/**
 * Makes the charge if it fits, and tells the state after it; a denial changes nothing. On the path of every request:
 * written out, because what V8 does not inline costs as much as the decision itself.
 */
export function charge(algorithm: Algorithm, state: State, moment: Moment, units: number): PolicyDecision {
  const { policy } = moment
  const available = algorithm.available(state, moment)
  if (units === 0 || units > available) return judge(algorithm, state, moment, units)
  algorithm.charge(state, moment, units)
  const remaining = available - units
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining,
    resetAt: algorithm.wholeAt(state, moment),
    nextAt: nextUnitAt(algorithm, state, moment, remaining),
    retryAfterMs: undefined,
    chargedWindow: algorithm.window(state),
  }
}

function nextUnitAt(algorithm: Algorithm, state: State, moment: Moment, remaining: number): number {
  const { burst, limit } = moment.policy
  // The most that can ever be there at once: `burst` equals the limit where there is no bucket.
  const isWhole = limit === 0 || remaining >= burst
  return isWhole ? moment.now : algorithm.fitsAt(state, moment, remaining + 1)
}

function waitMs(algorithm: Algorithm, state: State, moment: Moment, units: number): number {
  return moment.policy.limit === 0 ? Infinity : algorithm.fitsAt(state, moment, units) - moment.now
}

/** What the policies say together. The one that is closest to denial gives `limit`, `remaining` and `resetAt`. */
export function decisionOf(key: string, policies: readonly PolicyDecision[]): Decision {
  const closest = policies.length === 1 ? policies[0]! : closestToDenial(policies)
  if (!closest.allowed) return denialOf(key, policies, closest)
  const { limit, remaining, resetAt } = closest
  return { allowed: true, limit, remaining, resetAt, key, policies, source: 'backend' }
}

function denialOf(key: string, policies: readonly PolicyDecision[], closest: PolicyDecision): DeniedDecision {
  const { limit, remaining, resetAt, retryAfterMs = 0 } = closest
  const facts = {
    allowed: false,
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
