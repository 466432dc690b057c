/** When a stale response stands in for a handler that failed (RFC 5861 §4), and what is said of it then. */
import type { CacheRequest, Miss, StaleResponse } from './cache-request.ts'
import type { CacheStatus } from './cache-status.ts'
import { secondsLeft } from './hit.ts'
import type { Landed } from './landed.ts'
import { variantKey } from './variant-index.ts'

/** By the window that the client asks for, where it is heard, else by that of the response or the options. */
export function mayStandIn(
  { directives }: CacheRequest,
  { stored, entry }: Pick<StaleResponse, 'stored' | 'entry'>,
  now: number,
): boolean {
  if (stored.mustValidate !== 'never') return false
  const asked = directives?.staleIfError
  const windowMs = asked === undefined ? stored.staleIfErrorMs : asked * 1_000
  // Without a window not even a fresh one does: somebody wanted it validated, and it could not be.
  return windowMs > 0 && now < entry.staleAt + windowMs
}

/** @param status the handler's. */
export function standInStatus(
  { entry }: Pick<StaleResponse, 'entry'>,
  status: number,
  now: number,
): CacheStatus {
  return { fwdStatus: status, ttl: secondsLeft(entry.staleAt, now), detail: 'stale-if-error' }
}

/** A stored response as what those who wait for a run are given. */
export function landedStored(
  { request, index }: Pick<Miss, 'request' | 'index'>,
  { at, entry, stored }: StaleResponse,
): Landed {
  const variant = index?.variants.find(({ secondaryKey }) => variantKey(request.key, secondaryKey) === at)
  return {
    entry,
    response: stored,
    variant: variant ?? {
      names: [],
      secondaryKey: '',
      storedAt: entry.storedAt,
      deleteAt: entry.deleteAt,
    },
    failedWith: undefined,
    unvouchedSince: undefined,
    ready: undefined,
  }
}
