/** What an adapter calls for the concurrency limiter. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { Admission } from '../ports/admission.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { ConcurrencyLimiter } from '../rate-limit/concurrency-limiter.ts'
import type { ConcurrencyLimitOptions } from './concurrency-options.ts'

/** One mount of a concurrency limiter. */
export interface ConcurrencyGate {
  /** The limiter that this mount asks: its own, or the one it was given. */
  readonly limiter: ConcurrencyLimiter
  /** Takes a permit, which goes back at departure. Never throws or rejects. Answers at once unless the request has to wait. */
  admit(exchange: Exchange): MaybePromise<Admission>
}

/**
 * A gate for one mount.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createConcurrencyGate<Args extends readonly unknown[]>(
  options: ConcurrencyLimitOptions<Args>,
): ConcurrencyGate {
  throw new ForebayError('FOREBAY_INVALID_ARGUMENT', `not yet: ${Object.keys(options).join()}`)
}
