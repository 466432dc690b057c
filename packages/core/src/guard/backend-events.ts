/** The events by which a limiter or cache tells its listeners of failures of the backend. */
import type { LimiterEvents } from '../ports/events.ts'
import { NoAnswer } from './deadline.ts'
import type { BackendUser } from './outage.ts'

/** Caches have the same. */
type BackendEvents = Pick<LimiterEvents, 'backend-error' | 'backend-recovered' | 'slow'>

interface Emits {
  emit<Name extends keyof BackendEvents>(event: Name, payload: BackendEvents[Name]): void
}

/** The part of a backend's user that tells. @param name of the limiter or cache that the events come from. */
export function backendEvents(name: string, events: Emits): Pick<BackendUser, 'failed' | 'recovered'> {
  return {
    failed: (operation, error) => {
      events.emit('backend-error', { name, operation, error })
      if (error instanceof NoAnswer) events.emit('slow', { name, operation, durationMs: error.timeoutMs })
    },
    recovered: () => events.emit('backend-recovered', { name }),
  }
}
