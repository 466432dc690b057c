/** The leader of a flight: in a fleet it first takes its turn among the nodes. */
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Flight } from '../engine/flights.ts'
import type { TurnEnd } from '../engine/turn.ts'
import type { Miss } from './cache-request.ts'
import { mayShare } from './judge-use.ts'
import type { Landed } from './landed.ts'
import type { Missed } from './missed.ts'
import type { Mount } from './mount.ts'
import { runHandler } from './run-handler.ts'
import { isSelected, selectAnew } from './selection.ts'
import { landedStored, mayStandIn } from './stand-in.ts'
import { lookAgain, turnFor } from './turn-for.ts'
import { unlessClientLeaves } from './waiting.ts'

/** Begins the flight on a key that has none. */
export function beginFlight(mount: Mount, miss: Miss, key: string): Flight<Landed> {
  const { request, isCold } = miss
  const look = (): ReturnType<typeof lookAgain> => lookAgain(mount, miss, key)
  const turn = turnFor(mount, request, { key, waits: true, isCold, look })
  return mount.core.flights.begin(key, { turn, isCold })
}

/** Runs the handler, or waits for the node that does. */
export function lead(missed: Missed, flight: Flight<Landed>): MaybePromise<CacheOutcome> {
  const { mount, miss } = missed
  const { turn } = flight
  if (turn === undefined) return runHandler(mount, miss, flight)
  // Beside the lease, so that it costs no further round trip.
  const stamp = mount.core.entries.stamp(mount.settings.timeoutMs)
  return unlessClientLeaves(miss.request.exchange, (settle) => {
    let hasLeft = false
    const goOn = (end: TurnEnd<Landed>): void => {
      if (hasLeft) return
      settle(() =>
        end.type === 'lead'
          ? runHandler(mount, miss, flight, { stamp: end.hasWaited ? undefined : stamp })
          : follow(missed, flight, end),
      )
    }
    void turn.outcome.then(goOn)
    return () => {
      hasLeft = true
      flight.fail()
    }
  })
}

/** Another node has led: what became of it is told to those who wait here, too. */
function follow(
  missed: Missed,
  flight: Flight<Landed>,
  end: Exclude<TurnEnd<Landed>, { type: 'lead' }>,
): MaybePromise<CacheOutcome> {
  const { after } = missed
  switch (end.type) {
    case 'found':
      flight.land(end.found)
      return after.landed(missed, end.found)
    case 'failed':
      return standIn(missed, flight, end.status)
    case 'alone':
      flight.release()
      return after.runAlone(missed)
    default:
      flight.retry()
      return after.again(missed)
  }
}

/** The handler has failed on another node, and what was stored before stands in, unless it is gone by now. */
async function standIn(missed: Missed, flight: Flight<Landed>, status: number): Promise<CacheOutcome> {
  const { mount, miss, after } = missed
  const { request } = miss
  const selection = await selectAnew(mount, request)
  if (isSelected(selection) && mayShare(request, selection.stored)) {
    const { at, stored, found } = selection
    const stale = { at, stored, entry: found.entry }
    if (mayStandIn(request, stale, mount.core.clock.now())) {
      const landed = { ...landedStored(selection, stale), failedWith: status }
      flight.land(landed)
      return after.landed(missed, landed)
    }
  }
  flight.release()
  return after.runAlone(missed)
}
