/** The parts of a mounted limiter, made of checked options. */
import type { Duration } from '../kit/duration.ts'
import type { Admission } from '../ports/admission.ts'
import type { UserFunction } from '../ports/exchange.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import { Denials } from '../rate-limit/denials.ts'
import { fieldWriters } from '../rate-limit/fields/field-families.ts'
import type { FieldWriter } from '../rate-limit/fields/field-writer.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { buildRateLimiter } from './build-rate-limiter.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { rateLimitDefaults } from './defaults.ts'
import { groupReader } from './group-of-request.ts'
import type { MountParts, VisitEnds } from './mounted-limiter.ts'
import { Answers } from './rate-limit-answer.ts'
import { Departures } from './rate-limit-departure.ts'
import type {
  PerRequest,
  RateLimiterChanges,
  RateLimiterOptions,
  RateLimitOptions,
} from './rate-limit-options.ts'
import { ask, type Step, type Visit } from './rate-limit-visit.ts'
import { asksForPolicies, askingPlan, costPlan, fixedPlan, type ChargePlan } from './request-charges.ts'
import { listStep } from './request-lists.ts'
import { Sleepers } from './sleepers.ts'
import { slowDown } from './slow-down.ts'
import { keySteps } from './who-is-counted.ts'

type Options = RateLimitOptions<never>

/** @throws ForebayError for list entries and bodies that are not accepted. */
export function mountParts(options: Options): MountParts {
  const limiter =
    options.limiter ?? buildRateLimiter(withoutFunctions(options), (changes) => refuseAsked(options, changes))
  checkDelayed(options, limiter)
  const { status = rateLimitDefaults.status, body, group } = options
  const isBodyAsked = typeof body === 'function'
  return {
    limiter,
    stepsToKey: (ends) => stepsToKey(options, limiter, ends),
    plan: planOf(options, limiter),
    groupOf: groupOf(options.limiter?.group ?? group),
    writers: writersOf(options.headers ?? rateLimitDefaults.headers),
    answers: new Answers({
      limiter,
      denials: new Denials({ status, body: isBodyAsked ? undefined : body }),
      body: isBodyAsked ? (body as UserFunction) : undefined,
      onDenied: options.onDenied,
    }),
    departures: new Departures({
      limiter,
      count: options.count ?? rateLimitDefaults.count,
      isSuccessful: options.isSuccessful,
      settle: options.settle,
    }),
    delay: options.delay && {
      of: slowDown(options.delay),
      sleepers: new Sleepers(limiter.clock, rateLimitDefaults.maxSleepers),
    },
  }
}

/** @throws ForebayError for a delay that a ready limiter leaves no room for. */
function checkDelayed({ delay, limiter: ready }: Options, { charges }: RateLimiter): void {
  if (delay === undefined || ready === undefined) return
  const [only, ...others] = charges
  if (others.length === 0 && only !== undefined && delay.after < only.policy.limit) return
  throw new ForebayError(
    'FOREBAY_CONFLICTING_OPTIONS',
    `rateLimit: delay counts in one window and below its limit, but limiter has ${charges.length} policies, the first ` +
      `with a limit of ${only?.policy.limit}, and delay.after is ${delay.after}.`,
  )
}

function stepsToKey(options: Options, limiter: RateLimiter, ends: VisitEnds): readonly Step[] {
  const { skip, allow, deny, missingKey = rateLimitDefaults.missingKey } = options
  const key = keySteps({
    key: options.key,
    ipv6Prefix: options.ipv6Prefix ?? rateLimitDefaults.ipv6Prefix,
    logger: options.logger ?? defaultLogger,
    name: limiter.name,
    onMissing: {
      address: undefined,
      skip: ends.skipped,
      deny: (visit: Visit) => ends.refused(visit, 'missing-key'),
    }[missingKey],
  })
  const lists = [
    ...(allow === undefined ? [] : [listStep('allow', allow, ends.skipped)]),
    ...(deny === undefined ? [] : [listStep('deny', deny, (visit) => ends.refused(visit, 'deny-list'))]),
  ]
  const listSteps = lists.map((list) => list.step)
  const isKeyListed = lists.some((list) => list.needsKey)
  const steps: Step[] = []
  if (skip !== undefined) {
    const question = { operation: 'skip', fn: skip }
    const judge = (visit: Visit, answer: unknown): Admission | undefined =>
      answer ? ends.skipped(visit) : undefined
    steps.push((visit) => ask(visit, question, judge))
  }
  steps.push(...(isKeyListed ? [key.find, ...listSteps] : [...listSteps, key.find]))
  if (key.replace !== undefined) steps.push(key.replace)
  return steps
}

function planOf(options: Options, limiter: RateLimiter): ChargePlan {
  if (asksForPolicies(options)) return askingPlan(options)
  const isCostGiven = options.limiter !== undefined && options.cost !== undefined
  const own = ownCosts(options)
  const isCostAsked = [options.cost, ...own.values()].some((cost) => typeof cost === 'function')
  return isCostGiven || isCostAsked
    ? costPlan(limiter, options.cost ?? rateLimitDefaults.cost, own)
    : fixedPlan(limiter)
}

/** Costs that policies have of their own, by their names. */
function ownCosts(options: Options): ReadonlyMap<string, PerRequest<number, never>> {
  const own = new Map<string, PerRequest<number, never>>()
  for (const { name, cost } of options.policies ?? []) if (cost !== undefined) own.set(name, cost)
  return own
}

/** What stands in the limiter's own policies where a function says it anew for each request. */
const placeholder = { limit: 0, window: 1, cost: 1 } as const

function withoutFunctions(options: Options): RateLimiterOptions {
  const { policies, ...rest } = options
  const shared = standIns(rest)
  if (policies === undefined) return shared as RateLimiterOptions
  return { ...shared, policies: policies.map(standIns) } as RateLimiterOptions
}

/** @throws ForebayError for what is said anew for each request: a changed value would never be heeded. */
function refuseAsked(options: Options, changes: RateLimiterChanges): void {
  const asksForOwnCosts = [...ownCosts(options).values()].some((cost) => typeof cost === 'function')
  const asked = Object.keys(changes).find(
    (name) =>
      asksForPolicies(options) ||
      typeof options[name as keyof Options] === 'function' ||
      (name === 'policies' && asksForOwnCosts),
  )
  if (asked === undefined) return
  throw new ForebayError(
    'FOREBAY_CONFLICTING_OPTIONS',
    `update: ${asked} cannot be changed, since a function of the request says what the quota is. Change what it returns.`,
  )
}

interface Quantities {
  readonly limit?: PerRequest<number, never>
  readonly window?: PerRequest<Duration, never>
  readonly cost?: PerRequest<number, never>
}

function standIns<T extends Quantities>(quantities: T): T {
  const changed = { ...quantities } as unknown as Record<string, unknown>
  for (const [name, value] of Object.entries(placeholder)) {
    if (typeof changed[name] === 'function') changed[name] = value
  }
  return changed as unknown as T
}

function groupOf(group: string | undefined): MountParts['groupOf'] {
  return group === undefined ? groupReader() : () => group
}

function writersOf(headers: NonNullable<Options['headers']>): readonly FieldWriter[] {
  if (headers === false) return []
  return fieldWriters(typeof headers === 'string' ? [headers] : headers)
}
