/** Who waits for whom: requests with the same flight key are answered by one run of the handler. */
import type { Miss } from './cache-request.ts'

/** Requests of different standing do not wait for each other: what one may not share, the other may. */
export function flightKeyOf({ request, index }: Miss): string {
  const lane = request.isAuthorized || request.hasGuardedCookie ? 'c' : 'p'
  return lane + request.key + (index?.likelyKey(request.exchange.requestFields) ?? '')
}
