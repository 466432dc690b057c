/** A rate limiter without any framework. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import type { RateLimiterOptions } from './rate-limit-options.ts'

/**
 * A limiter to be asked by key; `rateLimit({ limiter })` shares its counters with a middleware.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  throw new ForebayError('FOREBAY_INVALID_ARGUMENT', `not yet: ${Object.keys(options).join()}`)
}
