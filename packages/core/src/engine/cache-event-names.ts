/** The events of a cache, whether it keeps responses or values. */
import type { EventNames } from '../kit/emitter.ts'
import type { CacheEvents, DataCacheEvents } from '../ports/events.ts'

export const cacheEventNames: EventNames<CacheEvents> & EventNames<DataCacheEvents> = {
  hit: true,
  miss: true,
  stale: true,
  stored: true,
  refused: true,
  invalidated: true,
  error: true,
  'backend-error': true,
  'backend-recovered': true,
  slow: true,
}
