/** The events of limiters and caches, by name. */
import type { CacheEvents, DataCacheEvents, LimiterEvents } from '../ports/events.ts'
import type { EventNames } from '../kit/emitter.ts'

// One table for all, so that whoever records everything may listen to every event on any of them.
export const eventNames: EventNames<LimiterEvents & CacheEvents & DataCacheEvents> = {
  decision: true,
  denied: true,
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
