/** Decisions that are made without counting. */
import type { AllowedDecision, DeniedDecision } from '../ports/rate-limit-store.ts'

/** A request that no quota holds for. */
export function skippedDecision(key: string, now: number): AllowedDecision {
  return {
    allowed: true,
    limit: Infinity,
    remaining: Infinity,
    resetAt: Math.floor(now),
    key,
    policies: [],
    source: 'skipped',
  }
}

/** How long a client is asked to wait when nobody knows how long the trouble lasts. */
const troubleMs = 1_000

/** A request that is denied for another reason than its quota. Waiting helps only where the trouble is ours. */
export function refusedDecision(
  key: string,
  instant: number,
  reason: 'deny-list' | 'missing-key' | 'backend',
): DeniedDecision {
  const now = Math.floor(instant)
  const facts = {
    allowed: false,
    limit: 0,
    remaining: 0,
    key,
    policies: [],
    source: 'skipped',
    reason,
  } as const
  return reason === 'backend'
    ? { ...facts, resetAt: now + troubleMs, retryAfterMs: troubleMs }
    : { ...facts, resetAt: now }
}
