/** What an algorithm's state says about one charge, and what several policies say together. */
import type { Decision, DeniedDecision, PolicyDecision } from '../ports/rate-limit-store.ts'
import type { Algorithm, Moment, Standing, State } from './algorithms/algorithm.ts'

/** Nothing was charged: no window is named. */
const noWindow = -1

/** Reused by every judgement, which is over before the next one begins. */
const standing: Standing = { available: 0, wholeAt: 0, nextAt: 0, window: 0 }

/** Whether the charge fits; changes nothing. A limit of 0 denies everything, looks included. */
export function fits(algorithm: Algorithm, state: State, moment: Moment, units: number): boolean {
  return moment.policy.limit > 0 && units <= algorithm.available(state, moment)
}

/** The decision on a charge that is not made: looked at, or denied. Changes nothing. */
export function judge(algorithm: Algorithm, state: State, moment: Moment, units: number): PolicyDecision {
  const { policy, now } = moment
  if (policy.limit === 0) return shut(moment)
  algorithm.stand(state, moment, standing)
  const allowed = units <= standing.available
  return {
    name: policy.name,
    allowed,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: standing.available,
    resetAt: standing.wholeAt,
    nextAt: standing.nextAt,
    retryAfterMs: allowed ? undefined : algorithm.fitsAt(state, moment, units) - now,
    chargedWindow: noWindow,
  }
}

/** A quota of nothing is whole at any time, and never enough. */
function shut({ policy, now }: Moment): PolicyDecision {
  return {
    name: policy.name,
    allowed: false,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: 0,
    resetAt: now,
    nextAt: now,
    retryAfterMs: Infinity,
    chargedWindow: noWindow,
  }
}

/** Makes the charge if it fits, and tells the state after it; a denial changes nothing. */
export function judgeCharge(
  algorithm: Algorithm,
  state: State,
  moment: Moment,
  units: number,
): PolicyDecision {
  if (units === 0 || !algorithm.charge(state, moment, units, standing)) {
    return judge(algorithm, state, moment, units)
  }
  const { policy } = moment
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: standing.available,
    resetAt: standing.wholeAt,
    nextAt: standing.nextAt,
    retryAfterMs: undefined,
    chargedWindow: standing.window,
  }
}

/** What the policies say together. The one that is closest to denial gives `limit`, `remaining` and `resetAt`. */
export function decisionOf(key: string, policies: readonly PolicyDecision[]): Decision {
  return decided(key, policies, closestToDenial(policies))
}

/** What a single policy says. */
export function decisionBy(key: string, policy: PolicyDecision): Decision {
  return decided(key, [policy], policy)
}

function decided(key: string, policies: readonly PolicyDecision[], closest: PolicyDecision): Decision {
  if (!closest.allowed) return denialOf(key, policies, closest)
  const { limit, remaining, resetAt } = closest
  return { allowed: true, limit, remaining, resetAt, key, policies, source: 'backend' }
}

/** Written out: an object that is spread into another costs many times as much as a denial does. */
function denialOf(key: string, policies: readonly PolicyDecision[], closest: PolicyDecision): DeniedDecision {
  const { limit, remaining, resetAt, retryAfterMs = 0 } = closest
  const allowed = false
  const source = 'backend'
  const reason = 'quota'
  // Absent when the cost could never fit: no wait would help.
  return retryAfterMs === Infinity
    ? { allowed, limit, remaining, resetAt, key, policies, source, reason }
    : { allowed, limit, remaining, resetAt, retryAfterMs, key, policies, source, reason }
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
