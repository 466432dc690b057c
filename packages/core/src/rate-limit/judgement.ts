/** What an algorithm's state says about one charge, and what several policies say together. */
import type { Decision, DeniedDecision, PolicyDecision } from '../ports/rate-limit-store.ts'
import type { Algorithm, Moment, State } from './algorithms/algorithm.ts'

/** Nothing was charged: no window is named. */
const noWindow = -1

/** What one algorithm says of charges. */
export interface Judge {
  /** Whether the charge fits; changes nothing. A limit of 0 denies everything, looks included. */
  fits(state: State, moment: Moment, units: number): boolean
  /** The decision on a charge that is not made: looked at, or denied. Changes nothing. */
  look(state: State, moment: Moment, units: number): PolicyDecision
  /** Makes the charge if it fits, and tells the state after it; a denial changes nothing. */
  charge(state: State, moment: Moment, units: number): PolicyDecision
}

/**
 * Functions of their own for each algorithm, on the path of every request: shared by all algorithms, they would be
 * compiled for none, and each question asked of the algorithm would cost as much as its answer.
 */
export function judgeBy(algorithm: Algorithm): Judge {
  const fits = (state: State, moment: Moment, units: number): boolean =>
    moment.policy.limit > 0 && units <= algorithm.available(state, moment)

  const nextUnitAt = (state: State, moment: Moment, remaining: number): number => {
    const { burst, limit } = moment.policy
    // The most that can ever be there at once: `burst` equals the limit where there is no bucket.
    const isWhole = limit === 0 || remaining >= burst
    return isWhole ? moment.now : algorithm.fitsAt(state, moment, remaining + 1)
  }

  const look = (state: State, moment: Moment, units: number): PolicyDecision => {
    const { policy, now } = moment
    const remaining = algorithm.available(state, moment)
    const allowed = policy.limit > 0 && units <= remaining
    const waitMs = policy.limit === 0 ? Infinity : algorithm.fitsAt(state, moment, units) - now
    return {
      name: policy.name,
      allowed,
      limit: policy.limit,
      windowMs: policy.windowMs,
      remaining,
      resetAt: algorithm.wholeAt(state, moment),
      nextAt: nextUnitAt(state, moment, remaining),
      retryAfterMs: allowed ? undefined : waitMs,
      chargedWindow: noWindow,
    }
  }

  const charge = (state: State, moment: Moment, units: number): PolicyDecision => {
    const available = algorithm.available(state, moment)
    if (units === 0 || units > available) return look(state, moment, units)
    algorithm.charge(state, moment, units)
    const { policy } = moment
    const remaining = available - units
    return {
      name: policy.name,
      allowed: true,
      limit: policy.limit,
      windowMs: policy.windowMs,
      remaining,
      resetAt: algorithm.wholeAt(state, moment),
      nextAt: nextUnitAt(state, moment, remaining),
      retryAfterMs: undefined,
      chargedWindow: algorithm.window(state),
    }
  }

  return { fits, look, charge }
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
