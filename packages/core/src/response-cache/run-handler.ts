/** The handler runs: what its recorder has to know is gathered, and the request is made ready for it. */
import { isPromise } from '../kit/promise.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Flight } from '../engine/flights.ts'
import type { Refresh } from './background-refresh.ts'
import { WithheldConditions, type Miss } from './cache-request.ts'
import { flightKeyOf } from './flight-key.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'
import { routeOf } from './notes.ts'
import { CacheRecorder } from './response-recorder.ts'
import type { Run } from './run.ts'
import { noteUnderway, runAround, sameRunAround } from './underway.ts'

export interface RunOptions {
  /** Which this run serves, in the background. */
  readonly refresh?: Refresh<Miss> | undefined
  /** Asked for already. */
  readonly stamp?: MaybePromise<number> | undefined
}

/** @param flight of which this run is the leader; it is over, one way or another, whatever happens here. */
export function runHandler(
  mount: Mount,
  miss: Miss,
  flight: Flight<Landed> | undefined,
  { refresh, stamp: asked }: RunOptions = {},
): MaybePromise<CacheOutcome> {
  try {
    const stamp = asked ?? mount.core.entries.stamp(mount.settings.timeoutMs)
    if (!isPromise(stamp)) return recorded(mount, miss, flight, { stamp, refresh })
    return stamp
      .then((late) => recorded(mount, miss, flight, { stamp: late, refresh }))
      .catch((error: unknown) => {
        flight?.fail()
        throw error
      })
  } catch (error) {
    flight?.fail()
    throw error
  }
}

interface RunFacts {
  readonly stamp: number
  readonly refresh: Refresh<Miss> | undefined
}

function recorded(
  mount: Mount,
  miss: Miss,
  flight: Flight<Landed> | undefined,
  facts: RunFacts,
): CacheOutcome {
  const { exchange } = miss.request
  const flightKey = flightKeyOf(miss)
  const stored = miss.stale?.stored
  const around = sameRunAround(mount.core, exchange, miss.request.key)
  if (around !== undefined) around.isWrapped = true
  // Where the last response could not be stored, neither will this one be: the handler may as well answer the
  // client's own conditions, and need not make in full what was asked for in part.
  const withholds = stored !== undefined || !mount.core.passes.has(flightKey)
  const { requestFields } = exchange
  const asked = around?.asked ?? { ...requestFields }
  const conditions =
    around !== undefined || withholds
      ? WithheldConditions.all(requestFields, around?.conditions)
      : WithheldConditions.none(requestFields)
  const run: Run = {
    // One by one: objects that begin with others spread into them get no hidden class in common, and whoever reads them waits.
    request: miss.request,
    why: miss.why,
    stale: miss.stale,
    index: miss.index,
    isCold: miss.isCold,
    stamp: facts.stamp,
    refresh: facts.refresh,
    mount,
    flight: flight ?? around?.flight,
    flightKey,
    route: routeOf(exchange),
    purges: mount.core.purges,
    startedAt: mount.core.clock.now(),
    outside: exchange.responseFields(),
    asked,
    conditions,
    validates: stored !== undefined && conditions.validate(stored.validators),
    around: runAround(exchange),
    isWrapped: false,
    isOver: false,
  }
  noteUnderway(run)
  return { type: 'continue', recorder: new CacheRecorder(run) }
}
