/** A background refresh that has come through the app: it records for the key that it was begun for. */
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Flight } from '../engine/flights.ts'
import type { Turn } from '../engine/turn.ts'
import type { Refresh } from './background-refresh.ts'
import type { Miss } from './cache-request.ts'
import { flightKeyOf } from './flight-key.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'
import { runHandler } from './run-handler.ts'
import { lookForNewer, turnFor } from './turn-for.ts'
import { forNobody } from './waiting.ts'

export function runRefresh(
  mount: Mount,
  exchange: Exchange,
  refresh: Refresh<Miss>,
): MaybePromise<CacheOutcome> {
  const { core } = mount
  const { subject } = refresh
  const miss = { ...subject, request: { ...subject.request, exchange } }
  const key = flightKeyOf(miss)
  if (core.flights.get(key) !== undefined) {
    // In a fleet, whoever leads it in this process holds the lease, or waits for who does.
    return core.fleet === undefined ? run(mount, miss, undefined, { refresh }) : forNobody
  }
  const look = (): ReturnType<typeof lookForNewer> => lookForNewer(mount, miss)
  const turn = turnFor(mount, miss.request, { key, waits: false, isCold: false, look })
  const flight = core.flights.begin(key, { turn, isCold: false })
  refresh.abandoned = () => flight.fail()
  return turn === undefined
    ? run(mount, miss, flight, { refresh })
    : takeTurn(mount, miss, { refresh, flight, turn })
}

interface Turning {
  readonly refresh: Refresh<Miss>
  readonly flight: Flight<Landed>
  readonly turn: Turn<Landed>
}

/** One node refreshes at a time; the others have answered with what is stale, and leave it at that. */
async function takeTurn(mount: Mount, miss: Miss, { refresh, flight, turn }: Turning): Promise<CacheOutcome> {
  const stamp = mount.core.entries.stamp(mount.settings.timeoutMs)
  const end = await turn.outcome
  if (end.type === 'lead') return run(mount, miss, flight, { refresh, stamp })
  if (end.type === 'found') flight.land(end.found)
  // Those who want it now, stale or not, look again and wait for the other node.
  else flight.retry()
  return forNobody
}

const run: typeof runHandler = (mount, miss, flight, options) => {
  mount.core.counts.refreshes++
  return runHandler(mount, miss, flight, options)
}
