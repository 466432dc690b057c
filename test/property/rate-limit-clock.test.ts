/** A clock that jumps back lets nothing pass that should not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryBackend, type Decision, type Policy } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { decideByRule, type RuleState } from '../../packages/core/src/rate-limit/algorithms/rule.ts'
import { algorithmNames, mostWithin, startsAt, traceOf, type Admitted } from './rate-limit-traces.ts'

/** How far the clock jumps back before each step. */
const jumps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })), { maxLength: 60 })

/** The most within one window's length. */
function boundOf({ algorithm, limit, burst }: Policy): number {
  if (algorithm === 'fixed-window') return 2 * limit
  return algorithm === 'token-bucket' || algorithm === 'gcra' ? burst + limit : limit
}

describe.each(algorithmNames)('%s', (algorithm) => {
  it('never admits more than the policy says', () => {
    fc.assert(
      fc.property(traceOf(algorithm), jumps, (trace, back) => {
        const admitted: Admitted[] = []
        let state: RuleState
        let now = startsAt
        let latest = 0
        for (const [index, { waitMs, units }] of trace.steps.entries()) {
          now += waitMs - (back[index] ?? 0)
          const [next, decision] = decideByRule(state, trace.policy, { units, now })
          state = next
          if (!decision.allowed) expect(decision.retryAfterMs).toBeGreaterThan(0)
          else if (units > 0) {
            // No hit is earlier than those before it, whatever the clock says.
            latest = Math.max(latest, now)
            admitted.push({ at: latest, units })
          }
        }
        expect(mostWithin(admitted, trace.policy.windowMs)).toBeLessThanOrEqual(boundOf(trace.policy))
      }),
      { numRuns: 200 },
    )
  })

  it('nor does the store, whatever is looked at meanwhile', () => {
    fc.assert(
      fc.property(traceOf(algorithm), jumps, ({ policy, steps }, back) => {
        const admitted: Admitted[] = []
        const clock = { ...manualClock(), now: () => now }
        const { limits } = memoryBackend({ clock })
        let now = startsAt
        let latest = 0
        for (const [index, { waitMs, units }] of steps.entries()) {
          now += waitMs - (back[index] ?? 0)
          latest = Math.max(latest, now)
          void limits.peek('group', 'key', [{ policy, units }])
          const { allowed } = limits.consume('group', 'key', [{ policy, units }]) as Decision
          if (allowed && units > 0) admitted.push({ at: latest, units })
        }
        expect(mostWithin(admitted, policy.windowMs)).toBeLessThanOrEqual(boundOf(policy))
      }),
      { numRuns: 200 },
    )
  })

  it('tells of a charge what a look at the same moment tells, also while the policy changes', () => {
    fc.assert(
      fc.property(traceOf(algorithm), jumps, ({ policy, steps }, back) => {
        const { limit, burst, windowMs } = policy
        const changed = { ...policy, limit: limit + 3, burst: burst + 1, windowMs: windowMs * 2 + 1 }
        let state: RuleState
        let now = startsAt
        for (const [index, { waitMs, units }] of steps.entries()) {
          now += waitMs - (back[index] ?? 0)
          const current = index % 5 < 3 ? policy : changed
          const [next, charged] = decideByRule(state, current, { units, now })
          state = next
          const [, looked] = decideByRule(state, current, { units: 0, now })
          if (!charged.allowed) continue
          const { remaining, resetAt, nextAt } = looked
          expect(charged).toMatchObject({ remaining, resetAt, nextAt })
        }
      }),
      { numRuns: 400 },
    )
  })
})
