/** Policies and charges as the suites make them. */
import type { AlgorithmName, Charge, Policy } from '@forebay/core'

export const algorithms: readonly AlgorithmName[] = [
  'sliding-window',
  'fixed-window',
  'sliding-log',
  'token-bucket',
  'gcra',
]

/** A quota of 5 units per second, unless said otherwise. */
export function policy(given: Partial<Policy> = {}): Policy {
  const limit = given.limit ?? 5
  return Object.freeze({
    name: 'default',
    windowMs: 1_000,
    algorithm: 'sliding-window',
    burst: limit,
    ...given,
    limit,
  } satisfies Policy)
}

/** One unit of a policy, unless said otherwise. */
export function charge(given: Partial<Policy> = {}, units: number = 1): readonly Charge[] {
  return [{ policy: policy(given), units }]
}
