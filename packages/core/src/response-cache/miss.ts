/** A miss: wait for the one that runs the handler for the same key already, or run it. */
import { isPromise } from '../kit/promise.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { WithheldConditions, type Miss } from './cache-request.ts'
import { cacheStatusValue } from './cache-status.ts'
import type { Refresh } from './background-refresh.ts'
import type { Flight } from '../engine/flights.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'
import { routeOf } from './notes.ts'
import { bypass } from './pass-through.ts'
import { CacheRecorder } from './response-recorder.ts'
import type { Run } from './run.ts'
import { noteUnderway, runAround, sameRunAround } from './underway.ts'
import type { CacheSettings } from './settings.ts'

/** What a waiting request does when the wait is over. */
export interface AfterWaiting {
  landed(landed: Landed): MaybePromise<CacheOutcome>
  again(): MaybePromise<CacheOutcome>
  runAlone(): MaybePromise<CacheOutcome>
}

/** Requests of different standing do not wait for each other: what one may not share, the other may. */
export function flightKeyOf(miss: Miss): string {
  const { request, index } = miss
  const lane = request.isAuthorized || request.hasGuardedCookie ? 'c' : 'p'
  return lane + request.key + (index?.likelyKey(request.exchange.requestFields) ?? '')
}

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
  if (core.isPassed(key)) return runHandler(mount, miss, undefined)
  const flight = core.flights.get(key)
  if (flight === undefined) return runHandler(mount, miss, core.flights.begin(key))
  // It is this very request that leads, through a mount further outside: it goes on as the leader.
  return sameRunAround(core, exchange, miss.request.key)?.flight === flight
    ? runHandler(mount, miss, flight)
    : waitFor(flight, miss, mount, after)
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

/** Waits for a flight, and runs the handler when it becomes the leader. */
function waitFor(
  flight: Flight<Landed>,
  miss: Miss,
  mount: Mount,
  after: AfterWaiting,
): Promise<CacheOutcome> {
  const { exchange } = miss.request
  return new Promise((resolve, reject) => {
    const settle = (answer: () => MaybePromise<CacheOutcome>): void => {
      stopListening()
      try {
        const outcome = answer()
        if (isPromise(outcome)) outcome.then(resolve, reject)
        else resolve(outcome)
      } catch (error) {
        reject(error)
      }
    }
    const leave = flight.join({
      landed: (landed) => settle(() => after.landed(landed)),
      again: () => settle(() => after.again()),
      runAlone: () => settle(() => after.runAlone()),
      lead: (next) => settle(() => runHandler(mount, miss, next)),
    })
    const stopListening = exchange.onAbort(() => {
      leave()
      resolve(clientLeft)
    })
  })
}

/** Nobody is there to read it; the framework is let go by an answer like any other. */
const clientLeft: CacheOutcome = {
  type: 'respond',
  response: {
    status: 499,
    fields: [['content-length', '0']],
    body: undefined,
    age: undefined,
    cacheStatus: undefined,
  },
}

/**
 * @param flight of which this run is the leader; it is over, one way or another, whatever happens here.
 * @param refresh which this run serves, in the background.
 */
export function runHandler(
  mount: Mount,
  miss: Miss,
  flight: Flight<Landed> | undefined,
  refresh?: Refresh<Miss>,
): MaybePromise<CacheOutcome> {
  try {
    const stamp = mount.core.entries.stamp(mount.settings.timeoutMs)
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
  const withholds = stored !== undefined || !mount.core.isPassed(flightKey)
  const { requestFields } = exchange
  const asked = around?.asked ?? { ...requestFields }
  const conditions =
    around !== undefined || withholds
      ? WithheldConditions.all(requestFields, around?.conditions)
      : WithheldConditions.none(requestFields)
  const run: Run = {
    ...miss,
    ...facts,
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
  }
  noteUnderway(run)
  return { type: 'continue', recorder: new CacheRecorder(run) }
}
