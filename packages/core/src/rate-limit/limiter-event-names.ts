/** The events of a rate limiter. */
import type { EventNames } from '../kit/emitter.ts'
import type { LimiterEvents } from '../ports/events.ts'

export const limiterEventNames: EventNames<LimiterEvents> = {
  decision: true,
  denied: true,
  error: true,
  'backend-error': true,
  'backend-recovered': true,
  slow: true,
}
