/** What every decision says, and what it leaves behind. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PolicyDecision } from '@forebay/core'
import { decideByRule, type RuleState } from '../../packages/core/src/rate-limit/algorithms/rule.ts'
import { algorithmNames, startsAt, traceOf, type Trace } from './rate-limit-traces.ts'

interface Visited {
  readonly before: RuleState
  readonly decision: PolicyDecision
  readonly now: number
  readonly units: number
  readonly after: RuleState
}

/** Walks a trace; `visit` sees the state before each decision. */
function walk({ policy, steps }: Trace, visit: (visited: Visited) => void): void {
  let state: RuleState
  let now = startsAt
  for (const { waitMs, units } of steps) {
    now += waitMs
    const [after, decision] = decideByRule(state, policy, { units, now })
    visit({ before: state, decision, now, units, after })
    state = after
  }
}

function pictureOf(state: RuleState): unknown {
  return state === undefined ? undefined : { numbers: [...state.numbers], lines: state.log.size }
}

describe.each(algorithmNames)('%s', (algorithm) => {
  const traces = traceOf(algorithm)

  it('leaves the state alone that it was given, and after a denial all of it', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        let earlier: { readonly state: RuleState; readonly picture: unknown } | undefined
        walk(trace, ({ before, decision, after }) => {
          if (earlier !== undefined) expect(pictureOf(earlier.state)).toEqual(earlier.picture)
          if (!decision.allowed) expect(after).toBe(before)
          earlier = { state: after, picture: pictureOf(after) }
        })
      }),
      { numRuns: 150 },
    )
  })

  it('names the wait after which a lone client is admitted, and not a millisecond earlier', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const { policy } = trace
        walk(trace, ({ before, decision: { allowed, retryAfterMs }, now, units }) => {
          const at = (wait: number): boolean =>
            decideByRule(before, policy, { units, now: now + wait })[1].allowed
          if (allowed) expect(retryAfterMs).toBeUndefined()
          else if (retryAfterMs === Infinity)
            expect(units).toBeGreaterThan(Math.min(policy.burst, policy.limit))
          else {
            expect(retryAfterMs).toBeGreaterThan(0)
            expect(at(retryAfterMs ?? 0)).toBe(true)
            expect(at((retryAfterMs ?? 0) - 1)).toBe(false)
          }
        })
      }),
      { numRuns: 200 },
    )
  })

  it('names when a unit more is there, and when the whole quota is', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const { policy } = trace
        const most = algorithm === 'token-bucket' || algorithm === 'gcra' ? policy.burst : policy.limit
        walk(trace, ({ decision: { remaining, nextAt, resetAt }, now, after }) => {
          const availableAt = (instant: number): number =>
            decideByRule(after, policy, { units: 0, now: instant })[1].remaining
          expect(availableAt(now)).toBe(remaining)
          expect(availableAt(resetAt)).toBe(most)
          if (remaining === most) {
            expect([nextAt, resetAt]).toEqual([now, now])
          } else {
            expect(availableAt(nextAt)).toBeGreaterThan(remaining)
            expect(availableAt(nextAt - 1)).toBe(remaining)
            expect(availableAt(resetAt - 1)).toBeLessThan(most)
          }
        })
      }),
      { numRuns: 200 },
    )
  })

  it('keeps its state within its bound', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        walk(trace, ({ after }) => {
          for (const number of after?.numbers ?? []) expect(Number.isSafeInteger(number)).toBe(true)
          // A line of the log holds at least one unit, and the lines of two windows at most are kept until it is tidied.
          expect(after?.log.size ?? 0).toBeLessThanOrEqual(2 * trace.policy.limit + 32)
        })
      }),
      { numRuns: 100 },
    )
  })
})
