/** Checked policies from options. */
import { durationMs } from '../kit/duration.ts'
import type { AlgorithmName, Charge, Policy } from '../ports/rate-limit-store.ts'
import { rateLimitDefaults } from './defaults.ts'
import type { RateLimiterOptions } from './rate-limit-options.ts'

/** What a policy is made of before its burst is known. */
export interface PolicyParts {
  readonly name: string
  readonly limit: number
  readonly windowMs: number
  readonly algorithm: AlgorithmName
  readonly burst: number | undefined
  readonly hasOwnCost: boolean
}

export function buildPolicy(parts: PolicyParts): Policy {
  const { name, limit, windowMs, algorithm, burst } = parts
  const policy = Object.freeze({ name, limit, windowMs, algorithm, burst: burst ?? limit })
  if (parts.hasOwnCost) ownCost.add(policy)
  return policy
}

/** Policies with a cost of their own, which the shared `cost` and `settle` leave alone. */
const ownCost = new WeakSet<Policy>()

export function hasOwnCost(policy: Policy): boolean {
  return ownCost.has(policy)
}

/** What one call charges, by options that are checked already. */
export function buildCharges(options: RateLimiterOptions): readonly Charge[] {
  const cost = options.cost ?? rateLimitDefaults.cost
  const algorithm = options.algorithm ?? rateLimitDefaults.algorithm
  const charges = policiesOf(options).map((policy): Charge => {
    const parts = {
      name: policy.name,
      limit: policy.limit,
      windowMs: durationMs(policy.window, 'window'),
      algorithm: policy.algorithm ?? algorithm,
      burst: policy.burst,
      hasOwnCost: policy.cost !== undefined,
    }
    return Object.freeze({ policy: buildPolicy(parts), units: policy.cost ?? cost })
  })
  return Object.freeze(charges)
}

/** `policies`, or the one policy that `limit` and `window` make. */
export function policiesOf<P extends { readonly limit: unknown }>(options: PolicySource<P>): readonly P[] {
  if (options.policies !== undefined) return options.policies
  const { limit, window, burst, name = rateLimitDefaults.name } = options
  return [{ name, limit, window, burst } as unknown as P]
}

interface PolicySource<P> {
  readonly policies?: readonly P[]
  readonly limit?: unknown
  readonly window?: unknown
  readonly burst?: number
  readonly name?: string
}
