/** A rate limiter without any framework. */
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { buildRateLimiter } from './build-rate-limiter.ts'
import { checkRateLimitOptions } from './rate-limit-checks.ts'
import { checkRateLimitConflicts } from './rate-limit-conflicts.ts'
import type { RateLimiterChanges, RateLimiterOptions } from './rate-limit-options.ts'

/**
 * A limiter to be asked by key; `rateLimit({ limiter })` shares its counters with a middleware.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter<RateLimiterChanges> {
  checkRateLimitOptions('createRateLimiter', options, { perRequest: false })
  checkRateLimitConflicts('createRateLimiter', options)
  return buildRateLimiter(options)
}
