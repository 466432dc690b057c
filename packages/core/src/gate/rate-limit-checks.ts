/** What each option of a rate limiter accepts. */
import {
  checkOptions,
  isDuration,
  isEither,
  isFunction,
  isInteger,
  isListOf,
  isNumber,
  isObjectWith,
  isOneOf,
  isPositiveDuration,
  isText,
  type OptionCheck,
  type OptionChecks,
} from '../kit/option-check.ts'
import { fieldFamilies } from '../rate-limit/fields/field-families.ts'
import { isWritableName } from '../rate-limit/fields/quota-text.ts'

const isUnits = isInteger(0)
const isAlgorithm = isOneOf('sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra')
const isFamily = isOneOf(...fieldFamilies)
const isPolicyList: OptionCheck = {
  accepts: (value) => Array.isArray(value) && value.length > 0,
  accepted: 'a list of at least one policy',
}

/** Names stand in response fields, where only printable ASCII can be written (RFC 9651 §3.3.3). */
const isName: OptionCheck = {
  accepts: (value) => typeof value === 'string' && value.length <= 128 && isWritableName(value),
  accepted: 'a text of 1 to 128 printable ASCII characters',
}

/** What `createRateLimiter` and `rateLimit` have in common, and a ready limiter brings with it. */
const limiterChecks: OptionChecks = {
  algorithm: isAlgorithm,
  burst: isInteger(1),
  policies: isPolicyList,
  block: isPositiveDuration,
  escalate: isObjectWith('factor', 'max'),
  mode: isOneOf('enforce', 'shadow'),
  onBackendError: isOneOf('local', 'open', 'closed'),
  timeout: isPositiveDuration,
  backend: isObjectWith('kind', 'clock', 'limits'),
  name: isName,
  expectedNodes: isInteger(1),
  logger: isObjectWith('warn', 'error'),
  group: isText,
}

const staticPolicyChecks: OptionChecks = {
  name: isName,
  limit: isUnits,
  window: isPositiveDuration,
  algorithm: isAlgorithm,
  burst: isInteger(1),
  cost: isUnits,
}

export const rateLimiterChecks: OptionChecks = {
  ...limiterChecks,
  limit: isUnits,
  window: isPositiveDuration,
  cost: isUnits,
}

/** What a limiter can change while it runs. */
export const rateLimiterChangesChecks: OptionChecks = {
  limit: isUnits,
  window: isPositiveDuration,
  burst: isInteger(1),
  cost: isUnits,
  policies: isPolicyList,
}

const isList = isEither(
  isListOf({ accepts: (value) => typeof value === 'string', accepted: 'a text' }),
  isFunction,
)

export const rateLimitChecks: OptionChecks = {
  ...limiterChecks,
  limit: isEither(isUnits, isFunction),
  window: isEither(isPositiveDuration, isFunction),
  cost: isEither(isUnits, isFunction),
  key: isFunction,
  missingKey: isOneOf('address', 'deny', 'skip'),
  ipv6Prefix: isInteger(1, 128),
  settle: isFunction,
  count: isOneOf('all', 'failed', 'successful'),
  isSuccessful: isFunction,
  skip: isFunction,
  allow: isList,
  deny: isList,
  headers: isEither(isOneOf(false), isFamily, {
    accepts: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((one) => isFamily.accepts(one)),
    accepted: 'a list of these',
  }),
  status: isInteger(400, 599),
  body: {
    accepts: (value) => ['string', 'object', 'function'].includes(typeof value) && value !== null,
    accepted: 'text, bytes, an object, or a function',
  },
  onDenied: isFunction,
  delay: isObjectWith('after', 'by', 'max'),
  limiter: isObjectWith('consume', 'decide', 'charges', 'clock'),
}

const perRequestPolicyChecks: OptionChecks = {
  ...staticPolicyChecks,
  limit: isEither(isUnits, isFunction),
  window: isEither(isPositiveDuration, isFunction),
  cost: isEither(isUnits, isFunction),
}

/** Options that are objects themselves. */
const nestedChecks: Readonly<Record<string, OptionChecks>> = {
  escalate: { factor: isNumber(1, 1_000), max: isPositiveDuration },
  delay: { after: isUnits, by: isPositiveDuration, max: isDuration },
}

/** @throws ForebayError for an unknown name or a value that is not accepted, at any depth. */
export function checkRateLimitOptions(
  of: string,
  options: object,
  { perRequest }: { perRequest: boolean },
): void {
  checkOptions(of, options, perRequest ? rateLimitChecks : rateLimiterChecks)
  const given = options as Readonly<Record<string, unknown>>
  for (const [name, checks] of Object.entries(nestedChecks)) {
    if (given[name] !== undefined) checkOptions(`${of}: ${name}`, given[name], checks)
  }
  if (!Array.isArray(given['policies'])) return
  for (const [index, policy] of given['policies'].entries()) {
    checkOptions(
      `${of}: policies[${index}]`,
      policy,
      perRequest ? perRequestPolicyChecks : staticPolicyChecks,
    )
  }
}
