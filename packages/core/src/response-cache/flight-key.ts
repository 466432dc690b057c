/** Who waits for whom: requests with the same flight key are answered by one run of the handler. */
import { digest } from '../kit/digest.ts'
import type { CacheCore } from './cache-core.ts'
import type { Miss } from './cache-request.ts'

/** Requests of different standing do not wait for each other: what one may not share, the other may. */
export function flightKeyOf(core: CacheCore, miss: Miss): string {
  const { request, index } = miss
  const lane = request.isAuthorized || request.hasGuardedCookie ? 'c' : 'p'
  const key = lane + request.key + (index?.likelyKey(request.exchange.requestFields) ?? '')
  // Where other nodes hear it, it is short and tells nobody what was asked for.
  return core.fleet === undefined ? key : digest(key)
}
