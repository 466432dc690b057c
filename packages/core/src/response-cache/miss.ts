/** A miss: wait for the one that runs the handler for the same key already, or run it. */
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Flight } from '../engine/flights.ts'
import type { Miss } from './cache-request.ts'
import { cacheStatusValue } from './cache-status.ts'
import { flightKeyOf } from './flight-key.ts'
import { beginFlight, lead } from './lead.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'
import { bypass } from './pass-through.ts'
import { runHandler } from './run-handler.ts'
import type { CacheSettings } from './settings.ts'
import { sameRunAround } from './underway.ts'
import { unlessClientLeaves, type AfterWaiting } from './waiting.ts'

/**
 * `first`: the request has just come. `again`: it has waited for a response that was not for it. `alone`: it has waited
 * for one that cannot be shared, and waits no more.
 */
export type Round = 'first' | 'again' | 'alone'

export function handlerOrWait(
  mount: Mount,
  miss: Miss,
  round: Round,
  after: AfterWaiting,
): MaybePromise<CacheOutcome> {
  const { core, settings } = mount
  const { exchange, directives } = miss.request
  if (directives?.onlyIfCached === true) return notCached(settings, exchange)
  if (directives?.noStore === true) return bypass(settings, 'request-no-store')
  // A response to HEAD has nothing to share.
  if (exchange.method === 'HEAD' || !settings.coalesce || round === 'alone')
    return runHandler(mount, miss, undefined)
  const key = flightKeyOf(miss)
  if (core.passes.has(key)) return runHandler(mount, miss, undefined)
  const flight = core.flights.get(key)
  if (flight === undefined) return lead(mount, miss, beginFlight(mount, miss, key), after)
  // It is this very request that leads, through a mount further outside: it goes on as the leader.
  return sameRunAround(core, exchange, miss.request.key)?.flight === flight
    ? runHandler(mount, miss, flight)
    : waitFor(flight, miss, mount, after)
}

/** After this long a purge is seen on every node that can be reached. */
const purgeSeenMs = 1_000

/** RFC 9111 §5.2.1.7. */
function notCached({ cacheStatus }: CacheSettings, exchange: Exchange): CacheOutcome {
  const existing = exchange.responseField('cache-status')
  return {
    type: 'respond',
    response: {
      status: 504,
      fields: [['content-length', '0']],
      body: undefined,
      age: undefined,
      cacheStatus:
        cacheStatus === undefined
          ? undefined
          : cacheStatusValue(cacheStatus, { detail: 'only-if-cached' }, existing),
    },
  }
}

/** Waits for a flight, and goes on with it when its leader has failed. */
function waitFor(
  flight: Flight<Landed>,
  miss: Miss,
  mount: Mount,
  after: AfterWaiting,
): Promise<CacheOutcome> {
  const { core } = mount
  const joinedAt = core.clock.now()
  const mayBePurged = ({ unvouchedSince = Infinity }: Landed): boolean =>
    joinedAt - unvouchedSince > purgeSeenMs && core.backend.shared && core.entries.isReadable
  return unlessClientLeaves(miss.request.exchange, (settle) =>
    flight.join({
      landed: (landed) => settle(() => (mayBePurged(landed) ? after.again() : after.landed(landed))),
      again: () => settle(() => after.again()),
      runAlone: () => settle(() => after.runAlone()),
      lead: (next) => settle(() => lead(mount, miss, next, after)),
    }),
  )
}
