/** When a stored response is refreshed behind its back. */
import { isEarly } from '../engine/early-refresh.ts'
import type { Miss } from './cache-request.ts'
import { flightKeyOf } from './flight-key.ts'
import type { Mount } from './mount.ts'
import type { Use } from './hit.ts'
import type { CacheSettings } from './settings.ts'

/**
 * A stale response is about to answer: sees to it that it is refreshed.
 * @returns false when this request has to do that itself, because the app cannot be dispatched into again.
 */
export function refreshStale(mount: Mount, stale: Miss): boolean {
  const { exchange } = stale.request
  // A HEAD dispatched again would bring no content.
  if (exchange.method === 'HEAD') return true
  const key = flightKeyOf(stale)
  // Somebody runs the handler for it already.
  if (mount.core.flights.get(key) !== undefined) return true
  return start(mount, stale, key) !== 'impossible'
}

/** Whether this use of a fresh response is the one that makes it anew. */
export function isDueEarly(rule: CacheSettings, { entry, stored, now }: Use): boolean {
  return isEarly(rule, entry.staleAt - now, entry.staleAt - stored.bornAt, stored.madeInMs)
}

/** A fresh response is about to answer, and is to be made anew before it becomes stale. */
export function refreshEarly(mount: Mount, fresh: Miss): void {
  // A HEAD dispatched again would bring no content.
  if (fresh.request.exchange.method === 'HEAD') return
  const key = flightKeyOf(fresh)
  if (mount.core.flights.get(key) === undefined) start(mount, fresh, key)
}

function start(mount: Mount, subject: Miss, key: string): 'started' | 'running' | 'impossible' {
  return mount.core.refreshes.start({ key, subject, owner: mount, exchange: subject.request.exchange })
}
