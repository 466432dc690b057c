/** What an adapter calls for the rate limiter. */
import type { Admission } from '../ports/admission.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { mountParts } from './mount-parts.ts'
import { MountedLimiter } from './mounted-limiter.ts'
import { checkRateLimitOptions } from './rate-limit-checks.ts'
import { checkRateLimitConflicts } from './rate-limit-conflicts.ts'
import type { RateLimiterChanges, RateLimitOptions } from './rate-limit-options.ts'

/** One mount of a rate limiter. */
export interface RateLimitGate {
  /**
   * The limiter that this mount asks: its own, or the one it was given. What is called on it by key (`reset`, `block`,
   * `peek`, …) acts in the option `group`, so give that where it is meant for a mount whose group is its route or path.
   */
  readonly limiter: RateLimiter<RateLimiterChanges>
  /**
   * Decides one request and sets the response fields. Never throws or rejects. Answers at once when the backend is
   * memory and no option function is asynchronous.
   */
  admit(exchange: Exchange): MaybePromise<Admission>
}

/**
 * A gate for one mount.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createRateLimitGate<Args extends readonly unknown[]>(
  options: RateLimitOptions<Args>,
): RateLimitGate {
  checkRateLimitOptions('rateLimit', options, { perRequest: true })
  // From here on option functions are called through the exchange, which knows their parameters.
  const checked = options as unknown as RateLimitOptions<never>
  checkRateLimitConflicts('rateLimit', checked)
  return new MountedLimiter(mountParts(checked))
}
