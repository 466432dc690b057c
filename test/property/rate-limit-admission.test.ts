/** How much passes, whatever is asked when. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admittedOf, mostWithin, played, startsAt, traceOf, type Admitted } from './rate-limit-traces.ts'

describe('never more than the policy says', () => {
  it.each(['sliding-window', 'sliding-log'] as const)('%s: the limit in any window', (algorithm) => {
    fc.assert(
      fc.property(traceOf(algorithm), (trace) => {
        const { limit, windowMs } = trace.policy
        expect(mostWithin(admittedOf(trace), windowMs)).toBeLessThanOrEqual(limit)
      }),
      { numRuns: 400 },
    )
  })

  it('fixed-window: twice the limit at an edge, the limit in each window', () => {
    fc.assert(
      fc.property(traceOf('fixed-window'), (trace) => {
        const { limit, windowMs } = trace.policy
        const admitted = admittedOf(trace)
        let endsAt = 0
        let used = 0
        for (const { at, units } of admitted) {
          if (at >= endsAt) {
            endsAt = at + windowMs
            used = 0
          }
          used += units
          expect(used).toBeLessThanOrEqual(limit)
        }
        expect(mostWithin(admitted, windowMs)).toBeLessThanOrEqual(2 * limit)
      }),
      { numRuns: 400 },
    )
  })

  it.each(['token-bucket', 'gcra'] as const)('%s: the burst, then the rate', (algorithm) => {
    fc.assert(
      fc.property(traceOf(algorithm), (trace) => {
        const { limit, burst, windowMs } = trace.policy
        const admitted = admittedOf(trace)
        for (const [index, first] of admitted.entries()) {
          let units = 0
          for (const later of admitted.slice(index)) {
            units += later.units
            expect(units * windowMs).toBeLessThanOrEqual(burst * windowMs + (later.at - first.at) * limit)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('token-bucket and gcra admit the same', () => {
    fc.assert(
      fc.property(traceOf('gcra'), ({ policy, steps }) => {
        const asBucket = { policy: { ...policy, algorithm: 'token-bucket' as const }, steps }
        expect(admittedOf({ policy, steps })).toEqual(admittedOf(asBucket))
      }),
      { numRuns: 400 },
    )
  })

  it('sliding-log refuses only what would break the limit', () => {
    fc.assert(
      fc.property(traceOf('sliding-log'), ({ policy, steps }) => {
        const kept: Admitted[] = []
        let now = startsAt
        for (const { waitMs, units } of steps) {
          now += waitMs
          const counted = kept.filter(({ at }) => at > now - policy.windowMs)
          const used = counted.reduce((total, one) => total + one.units, 0)
          if (units > 0 && used + units <= policy.limit) kept.push({ at: now, units })
        }
        expect(admittedOf({ policy, steps })).toEqual(kept)
      }),
      { numRuns: 400 },
    )
  })

  it('sliding-window gives a unit back at most one segment late', () => {
    fc.assert(
      fc.property(traceOf('sliding-window'), (trace) => {
        const { limit, windowMs } = trace.policy
        const kept: Admitted[] = []
        for (const { at: now, units, decision } of played(trace)) {
          // Counted for a segment longer than it must be, everything refused would not have fitted.
          const horizon = now - windowMs - Math.ceil(windowMs / 5)
          const counted = kept.filter(({ at }) => at > horizon)
          const used = counted.reduce((total, one) => total + one.units, 0)
          if (!decision.allowed) expect(used + units).toBeGreaterThan(limit)
          else if (units > 0) kept.push({ at: now, units })
        }
      }),
      { numRuns: 400 },
    )
  })
})
