/** When a stored response is refreshed behind its back. */
import type { Miss } from './cache-request.ts'
import { flightKeyOf } from './miss.ts'
import type { Mount } from './mount.ts'
import type { Use } from './hit.ts'
import type { CacheSettings } from './settings.ts'

/** Below this lifetime a response is not refreshed early: it would hardly ever be stored. */
const leastEarlyMs = 1_000

/** XFetch draws −ln of a random number, which exceeds this about six times in a million. */
const mostDrawn = 12

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

/** XFetch (Vattani et al., 2015): the sooner a response ends, and the longer it takes to make, the likelier. */
export function isDueEarly({ earlyRefresh, random }: CacheSettings, { entry, stored, now }: Use): boolean {
  if (earlyRefresh === 0) return false
  const leftMs = entry.staleAt - now
  const costMs = stored.madeInMs * earlyRefresh
  if (leftMs > costMs * mostDrawn || entry.staleAt - stored.bornAt < leastEarlyMs) return false
  return costMs * -Math.log(1 - random()) >= leftMs
}

/** A fresh response is about to answer, and is to be made anew before it becomes stale. */
export function refreshEarly(mount: Mount, fresh: Miss): void {
  // A HEAD dispatched again would bring no content.
  if (fresh.request.exchange.method === 'HEAD') return
  const key = flightKeyOf(fresh)
  if (mount.core.flights.get(key) === undefined) start(mount, fresh, key)
}

function start(mount: Mount, subject: Miss, key: string): 'started' | 'running' | 'impossible' {
  const started = mount.core.refreshes.start({
    key,
    subject,
    owner: mount,
    exchange: subject.request.exchange,
  })
  if (started === 'started') mount.core.counts.refreshes++
  return started
}
