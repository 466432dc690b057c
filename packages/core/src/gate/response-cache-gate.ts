/** What an adapter calls for the response cache. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { ResponseCache } from '../response-cache/response-cache.ts'
import type { ResponseCacheOptions } from './response-cache-options.ts'

/** One mount of a response cache. */
export interface ResponseCacheGate {
  /** The cache that this mount fills: its own, or the one it was given. */
  readonly cache: ResponseCache
  /**
   * Decides what becomes of one request. Never throws or rejects. Answers at once when nothing it needs is remote and no
   * option function is asynchronous; a miss that another request is being run for waits for that one.
   */
  handle(exchange: Exchange): MaybePromise<CacheOutcome>
}

/**
 * A gate for one mount.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createResponseCacheGate<Args extends readonly unknown[]>(
  options: ResponseCacheOptions<Args> = {},
): ResponseCacheGate {
  throw new ForebayError('FOREBAY_INVALID_ARGUMENT', `not yet: ${Object.keys(options).join()}`)
}

/**
 * A cache for several mounts: `responseCache({ cache })`.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createResponseCache<Args extends readonly unknown[]>(
  options: Omit<ResponseCacheOptions<Args>, 'cache'> = {},
): ResponseCache {
  return createResponseCacheGate(options).cache
}
