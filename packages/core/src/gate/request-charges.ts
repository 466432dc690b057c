/** What a request is charged: as the limiter's own policies say, or as option functions say. */
import type { AlgorithmName, Charge, Policy } from '../ports/rate-limit-store.ts'
import { quotaText, type QuotaText } from '../rate-limit/fields/quota-text.ts'
import { Questions, valueOf, type Term } from './questions.ts'
import { buildPolicy, hasOwnCost, policiesOf } from './policy-building.ts'
import { rateLimitDefaults } from './defaults.ts'
import type { PerRequest, RateLimitOptions } from './rate-limit-options.ts'
import type { Step, Visit } from './rate-limit-visit.ts'

/** The charges of one request, with what the fields write about their policies. */
export interface RequestCharges {
  readonly charges: readonly Charge[]
  readonly text: QuotaText
}

/** How charges come about: first the steps, which ask the option functions; then the charges, of what these answered. */
export interface ChargePlan {
  readonly steps: readonly Step[]
  chargesOf(visit: Visit): RequestCharges
}

/** Quotas that functions say are few; whoever makes each request its own is slower, not wrong. */
const mostRemembered = 1_000

/** Charges that are the same for every request until the limiter is updated. */
export function fixedPlan(limiter: { readonly charges: readonly Charge[] }): ChargePlan {
  let current = withText(limiter.charges)
  return {
    steps: [],
    chargesOf: () => {
      if (current.charges !== limiter.charges) current = withText(limiter.charges)
      return current
    },
  }
}

/** The limiter's policies at a cost of the request's own, but for policies that have theirs. */
export function costPlan(
  limiter: { readonly charges: readonly Charge[] },
  cost: PerRequest<number, never>,
  ownCosts: ReadonlyMap<string, PerRequest<number, never>>,
): ChargePlan {
  const questions = new Questions()
  const shared = questions.term('cost', cost)
  const own = new Map<string, Term>()
  for (const [name, value] of ownCosts) own.set(name, questions.term('cost', value))
  const fixed = fixedPlan(limiter)
  return {
    steps: questions.steps,
    chargesOf: (visit) => {
      const { charges, text } = fixed.chargesOf(visit)
      return {
        charges: charges.map(({ policy, units }) => ({
          policy,
          units: valueOf(own.get(policy.name) ?? (hasOwnCost(policy) ? units : shared), visit),
        })),
        text,
      }
    },
  }
}

interface PolicyTerms {
  readonly name: string
  readonly algorithm: AlgorithmName
  readonly burst: number | undefined
  readonly hasOwnCost: boolean
  readonly limit: Term
  readonly window: Term
  readonly cost: Term
}

/** Policies whose limit or window a function says. */
export function askingPlan(options: RateLimitOptions<never>): ChargePlan {
  const questions = new Questions()
  const sharedCost = questions.term('cost', options.cost ?? rateLimitDefaults.cost)
  const terms = policiesOf(options).map((policy): PolicyTerms => ({
    name: policy.name,
    algorithm: policy.algorithm ?? options.algorithm ?? rateLimitDefaults.algorithm,
    burst: policy.burst,
    hasOwnCost: policy.cost !== undefined,
    limit: questions.term('limit', policy.limit),
    window: questions.term('window', policy.window),
    cost: policy.cost === undefined ? sharedCost : questions.term('cost', policy.cost),
  }))
  const remembered = new Map<string, RequestCharges>()
  return {
    steps: questions.steps,
    chargesOf: (visit) => {
      const numbers = terms.map((term) => [
        valueOf(term.limit, visit),
        valueOf(term.window, visit),
        valueOf(term.cost, visit),
      ])
      const id = numbers.join()
      const known = remembered.get(id)
      if (known !== undefined) return known
      const made = withText(terms.map((term, index) => chargeOf(term, numbers[index] ?? [])))
      if (remembered.size >= mostRemembered) remembered.clear()
      remembered.set(id, made)
      return made
    },
  }
}

/** Whether a function says what the policies are. */
export function asksForPolicies(options: RateLimitOptions<never>): boolean {
  return policiesOf(options).some(
    (policy) => typeof policy.limit === 'function' || typeof policy.window === 'function',
  )
}

function chargeOf(terms: PolicyTerms, [limit = 0, windowMs = 0, units = 0]: readonly number[]): Charge {
  const { name, algorithm, burst, hasOwnCost: isOwn } = terms
  return Object.freeze({
    policy: buildPolicy({ name, limit, windowMs, algorithm, burst, hasOwnCost: isOwn }),
    units,
  })
}

function withText(charges: readonly Charge[]): RequestCharges {
  const policies: readonly Policy[] = charges.map((charge) => charge.policy)
  return { charges: Object.freeze(charges), text: quotaText(policies) }
}
