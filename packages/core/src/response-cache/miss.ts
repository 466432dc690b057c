/** A miss: wait for the one that runs the handler for the same key already, or run it. */
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Flight } from '../engine/flights.ts'
import type { Miss } from './cache-request.ts'
import { cacheStatusValue } from './cache-status.ts'
import { flightKeyOf } from './flight-key.ts'
import { rescued } from './failed.ts'
import { Follower } from './follower.ts'
import { beginFlight, lead } from './lead.ts'
import type { Landed } from './landed.ts'
import type { Missed } from './missed.ts'
import type { Mount } from './mount.ts'
import { bypass } from './pass-through.ts'
import { runHandler } from './run-handler.ts'
import type { CacheSettings } from './settings.ts'
import { sameRunAround } from './underway.ts'

/** Never rejects. */
export function handlerOrWait(missed: Missed): MaybePromise<CacheOutcome> {
  const { mount, miss, round } = missed
  const { core, settings } = mount
  const { exchange, directives } = miss.request
  if (directives?.onlyIfCached === true) return notCached(settings, exchange)
  if (directives?.noStore === true) return bypass(settings, 'request-no-store')
  // A response to HEAD has nothing to share.
  if (exchange.method === 'HEAD' || !settings.coalesce || round === 'alone')
    return run(mount, miss, undefined)
  const key = flightKeyOf(miss)
  if (core.passes.has(key)) return run(mount, miss, undefined)
  const flight = core.flights.get(key)
  if (flight === undefined) return rescued(mount, lead(missed, beginFlight(mount, miss, key)))
  // It is this very request that leads, through a mount further outside: it goes on as the leader.
  if (sameRunAround(core, exchange, miss.request.key)?.flight === flight) return run(mount, miss, flight)
  const { waiting } = missed
  if (waiting === undefined) return new Promise((resolve) => void new Follower(missed, flight, resolve))
  void new Follower(missed, flight, waiting.resolve)
  return waiting.outcome
}

function run(mount: Mount, miss: Miss, flight: Flight<Landed> | undefined): MaybePromise<CacheOutcome> {
  return rescued(mount, runHandler(mount, miss, flight))
}

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
