/** Options of a rate limiter that are well-formed each but make no sense together. */
import { readDuration } from '../kit/duration.ts'
import { ForebayError, type ForebayErrorCode } from '../kit/forebay-error.ts'
import { areCompatible } from '../rate-limit/fields/field-families.ts'
import type { RateLimitOptions } from './rate-limit-options.ts'

/** What a ready limiter was made of already. */
const limiterOwned = [
  'limit',
  'window',
  'algorithm',
  'burst',
  'policies',
  'block',
  'escalate',
  'mode',
  'onBackendError',
  'timeout',
  'backend',
  'name',
  'expectedNodes',
  'logger',
  'group',
] as const

/** @throws ForebayError `FOREBAY_CONFLICTING_OPTIONS`, or `FOREBAY_INVALID_OPTION` for what is missing. */
export function checkRateLimitConflicts(of: string, options: RateLimitOptions<never>): void {
  const refuse = (message: string, code: ForebayErrorCode = 'FOREBAY_CONFLICTING_OPTIONS'): never => {
    throw new ForebayError(code, `${of}: ${message}`)
  }
  if (options.limiter === undefined) {
    checkQuota(options, refuse)
    checkActions(options, refuse)
  } else {
    const owned = limiterOwned.find((name) => options[name] !== undefined)
    if (owned !== undefined) refuse(`${owned} belongs to the limiter that is given as limiter. Set it there.`)
  }
  checkRequests(options, refuse)
}

type Refuse = (message: string, code?: ForebayErrorCode) => never

function checkQuota(options: RateLimitOptions<never>, refuse: Refuse): void {
  const { policies, algorithm } = options
  if (policies === undefined) {
    for (const name of ['limit', 'window'] as const) {
      if (options[name] === undefined) {
        refuse(`${name} is missing. Accepted: limit and window, or policies.`, 'FOREBAY_INVALID_OPTION')
      }
    }
    checkBurst('burst', options.burst, algorithm, refuse)
    return
  }
  for (const name of ['limit', 'window', 'burst'] as const) {
    if (options[name] !== undefined)
      refuse(`${name} and policies exclude each other. Give each policy its own ${name}.`)
  }
  const names = new Set<string>()
  for (const [index, policy] of policies.entries()) {
    for (const name of ['name', 'limit', 'window'] as const) {
      if (policy[name] === undefined)
        refuse(`policies[${index}]: ${name} is missing.`, 'FOREBAY_INVALID_OPTION')
    }
    if (names.has(policy.name))
      refuse(`policies[${index}]: the name '${policy.name}' is taken already. Names are unique.`)
    names.add(policy.name)
    checkBurst(`policies[${index}]: burst`, policy.burst, policy.algorithm ?? algorithm, refuse)
  }
}

function checkBurst(
  of: string,
  burst: number | undefined,
  algorithm: string | undefined,
  refuse: Refuse,
): void {
  if (burst !== undefined && algorithm !== 'token-bucket' && algorithm !== 'gcra') {
    refuse(`${of} needs algorithm 'token-bucket' or 'gcra'; the others have no bucket.`)
  }
}

function checkActions(options: RateLimitOptions<never>, refuse: Refuse): void {
  const { block, escalate, expectedNodes, onBackendError } = options
  if (escalate !== undefined && block === undefined)
    refuse('escalate needs block, the first block that grows.')
  if (escalate !== undefined && (readDuration(escalate.max) ?? 0) < (readDuration(block) ?? 0)) {
    refuse('escalate.max is shorter than block. Accepted: at least block.')
  }
  if (expectedNodes !== undefined && onBackendError !== undefined && onBackendError !== 'local') {
    refuse(
      `expectedNodes divides the quota by onBackendError 'local' and means nothing by '${onBackendError}'.`,
    )
  }
}

function checkRequests(options: RateLimitOptions<never>, refuse: Refuse): void {
  const { count, headers, policies, cost } = options
  if (options.isSuccessful !== undefined && (count === undefined || count === 'all')) {
    refuse("isSuccessful needs count 'failed' or 'successful'; by count 'all' nobody asks it.")
  }
  if (options.missingKey !== undefined && options.key === undefined) {
    refuse('missingKey needs key, the function whose undefined it is about.')
  }
  if (Array.isArray(headers) && !areCompatible(headers)) {
    refuse(
      "headers: 'draft-7' writes RateLimit in another form than 'draft-8' and 'draft-10'. Choose one of them.",
    )
  }
  const paysOnlyOwnCosts = policies?.every((policy) => policy.cost !== undefined) === true
  if (paysOnlyOwnCosts && cost !== undefined) refuse('cost is given, but every policy has its own.')
  if (paysOnlyOwnCosts && options.settle !== undefined) {
    refuse('settle corrects what cost charged, but every policy has a cost of its own.')
  }
  checkDelay(options, refuse)
}

function checkDelay({ delay, limit, policies }: RateLimitOptions<never>, refuse: Refuse): void {
  if (delay === undefined) return
  if (policies !== undefined && policies.length > 1) {
    refuse('delay counts in one window, but policies are several. Use two limiters.')
  }
  const only = policies?.[0]?.limit ?? limit
  if (typeof only === 'number' && delay.after >= only) {
    refuse(`delay.after is ${delay.after}, but beyond the limit of ${only} requests are denied, not delayed.`)
  }
  if ((readDuration(delay.max) ?? 0) < (readDuration(delay.by) ?? 0)) {
    refuse('delay.max is shorter than delay.by. Accepted: at least delay.by.')
  }
}
