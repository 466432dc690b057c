/** The largest quotas, bursts, costs and windows, counted as exactly as small ones. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlgorithmName, Policy } from '@forebay/core'
import { algorithmNames, played, type Trace } from './rate-limit-traces.ts'

const tenYearsMs = 10 * 365 * 86_400_000
const most = Number.MAX_SAFE_INTEGER

const sizes = fc.oneof(
  fc.constantFrom(1, 2, 3, 2 ** 31, 2 ** 32, most - 1, most),
  fc.maxSafeInteger().map(Math.abs),
)
const windows = fc.oneof(fc.constantFrom(1, 3, 1_000, tenYearsMs), fc.integer({ min: 1, max: tenYearsMs }))

function policyOf(algorithm: AlgorithmName): fc.Arbitrary<Policy> {
  const hasBurst = algorithm === 'token-bucket' || algorithm === 'gcra'
  return fc.record({ limit: sizes, windowMs: windows, burst: sizes }).map(({ limit, windowMs, burst }) => {
    const quota = { name: 'p', limit: Math.max(1, limit), windowMs, algorithm }
    return { ...quota, burst: hasBurst ? Math.max(1, burst) : quota.limit }
  })
}

function traceOf(algorithm: AlgorithmName): fc.Arbitrary<Trace> {
  const step = fc.record({ waitMs: fc.oneof(fc.constantFrom(0, 1, tenYearsMs), windows), units: sizes })
  return fc.record({ policy: policyOf(algorithm), steps: fc.array(step, { minLength: 1, maxLength: 20 }) })
}

describe.each(algorithmNames)('%s', (algorithm) => {
  it('never admits more than the policy says', () => {
    fc.assert(
      fc.property(traceOf(algorithm), (trace) => {
        const admitted: { readonly at: bigint; readonly units: bigint }[] = []
        for (const { at, units, decision } of played(trace)) {
          expect(decision.remaining).toBeGreaterThanOrEqual(0)
          expect(decision.resetAt).toBeGreaterThanOrEqual(at)
          if (decision.allowed && units > 0) admitted.push({ at: BigInt(at), units: BigInt(units) })
        }
        expect(mostBeyond(trace.policy, admitted)).toBeLessThanOrEqual(0n)
      }),
      { numRuns: 300 },
    )
  })
})

/** By how many units × ms the worst interval breaks the promise; in whole numbers of any size. */
function mostBeyond(
  { algorithm, limit, burst, windowMs }: Policy,
  admitted: readonly { readonly at: bigint; readonly units: bigint }[],
): bigint {
  const [limitUnits, burstUnits, window] = [BigInt(limit), BigInt(burst), BigInt(windowMs)]
  const fills = algorithm === 'token-bucket' || algorithm === 'gcra'
  const perWindow = algorithm === 'fixed-window' ? 2n * limitUnits : limitUnits
  let worst = -1n
  for (const [index, first] of admitted.entries()) {
    let units = 0n
    for (const { at, units: more } of admitted.slice(index)) {
      if (!fills && at >= first.at + window) break
      units += more
      const allowed = fills ? burstUnits * window + (at - first.at) * limitUnits : perWindow * window
      if (units * window - allowed > worst) worst = units * window - allowed
    }
  }
  return worst
}
