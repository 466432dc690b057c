/** From a request's key to its answer, or to a run of the handler. */
import { tellOf, type Reader } from '../engine/shared-reads.ts'
import { isPromise } from '../kit/promise.ts'
import type { FoundEntry } from '../ports/cache-store.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { CacheRequest, Miss } from './cache-request.ts'
import { isDueEarly, refreshEarly, refreshStale } from './refreshing.ts'
import { answerCollapsed, answerHit, answerWith, secondsLeft, type Use } from './hit.ts'
import { judgeUse, mayShare } from './judge-use.ts'
import { failed, rescued } from './failed.ts'
import { flightKeyOf } from './flight-key.ts'
import type { Landed } from './landed.ts'
import { handlerOrWait } from './miss.ts'
import type { AfterWaiting, Missed, Round, Waiting } from './missed.ts'
import type { Mount } from './mount.ts'
import { noteUse } from './notes.ts'
import { secondaryKey } from './secondary-key.ts'
import { coldMissOf, isSelected, missOf, selectAnew, selectFirst, type Selected } from './selection.ts'
import { mayStandIn, standInStatus } from './stand-in.ts'

/** Never rejects. */
export function lookUp(mount: Mount, request: CacheRequest, round: Round): MaybePromise<CacheOutcome> {
  if (round === 'first' && isBeingMade(mount, request)) return miss(mount, coldMissOf(request), round)
  if (round !== 'first') return goOn(mount, selectAnew(mount, request), round)
  const found = mount.core.reads.get(request.key, mount.settings.timeoutMs)
  if (!isPromise(found)) return goOn(mount, selectFirst(mount, request, found), round)
  const asked = new Asked(mount, request)
  tellOf(mount.core.reads, request.key, found, asked)
  return asked.outcome
}

/** Whether somebody here makes what was not there a moment ago: there is no need to ask a backend far away for it again. */
function isBeingMade({ core, settings }: Mount, request: CacheRequest): boolean {
  const { fleet, flights, entries } = core
  if (fleet === undefined || flights.size === 0 || !entries.isReadable) return false
  if (!settings.coalesce || request.directives !== undefined || request.exchange.method !== 'GET')
    return false
  return flights.get(flightKeyOf(coldMissOf(request)))?.isCold === true
}

/** A request that waits for what the store says; there may be very many. */
class Asked implements Reader, Waiting {
  readonly outcome: Promise<CacheOutcome>
  resolve: Waiting['resolve'] = () => undefined
  readonly #mount: Mount
  readonly #request: CacheRequest

  constructor(mount: Mount, request: CacheRequest) {
    this.#mount = mount
    this.#request = request
    this.outcome = new Promise((resolve) => (this.resolve = resolve))
  }

  found(found: FoundEntry | undefined): void {
    const mount = this.#mount
    try {
      const selection = selectFirst(mount, this.#request, found)
      const outcome = goOn(mount, selection, 'first', this)
      if (outcome !== this.outcome) this.resolve(outcome)
    } catch (error) {
      this.unread(error)
    }
  }

  unread(error: unknown): void {
    this.resolve(failed(this.#mount, error))
  }
}

type Selection = MaybePromise<Selected | Miss>

/** Never rejects. Where `waiting` is given and there is more to wait for, its outcome. */
function goOn(
  mount: Mount,
  selection: Selection,
  round: Round,
  waiting?: Waiting,
): MaybePromise<CacheOutcome> {
  if (!isPromise(selection)) return reuseOrMiss(mount, selection, round, waiting)
  return rescued(
    mount,
    selection.then((late) => reuseOrMiss(mount, late, round)),
  )
}

function reuseOrMiss(
  mount: Mount,
  selection: Selected | Miss,
  round: Round,
  waiting?: Waiting,
): MaybePromise<CacheOutcome> {
  return isSelected(selection)
    ? judge(mount, selection, round, waiting)
    : miss(mount, selection, round, waiting)
}

function judge(
  mount: Mount,
  selected: Selected,
  round: Round,
  waiting: Waiting | undefined,
): MaybePromise<CacheOutcome> {
  const { request, found, stored, index } = selected
  const { core } = mount
  if (!mayShare(request, stored)) return miss(mount, { ...missOf(request), index }, round, waiting)
  const now = core.clock.now()
  const use: Use = {
    exchange: request.exchange,
    entry: found.entry,
    stored,
    now,
    name: mount.settings.cacheStatus,
  }
  const reuse = judgeUse(use, request, found.softened)
  if (reuse.reason === 'fresh') {
    core.counts.hits++
    noteUse(core, 'hit', request, stored.route)
    if (isDueEarly(mount.settings, use)) refreshEarly(mount, staleMiss(selected, 'stale'))
    return answerHit(use)
  }
  if (reuse.type === 'validate') return miss(mount, staleMiss(selected, reuse.by), round, waiting)
  if (reuse.type === 'refresh') {
    const stale = staleMiss(selected, 'stale')
    if (!refreshStale(mount, stale)) return miss(mount, stale, round, waiting)
  }
  core.counts.stale++
  noteUse(core, 'stale', request, stored.route)
  const left = secondsLeft(found.entry.staleAt, now)
  // Softened, it is stale whatever lifetime it was given: nothing is left of that.
  const ttl = found.softened ? Math.min(0, left) : left
  return answerWith(use, { hit: true, ttl, detail: reuse.reason })
}

function staleMiss({ request, found, stored, at, index }: Selected, why: 'stale' | 'request'): Miss {
  return { request, why, stale: { at, entry: found.entry, stored }, index, isCold: false }
}

function miss(mount: Mount, missed: Miss, round: Round, waiting?: Waiting): MaybePromise<CacheOutcome> {
  if (round === 'first') {
    mount.core.counts.misses++
    noteUse(mount.core, 'miss', missed.request)
  }
  return handlerOrWait({ mount, miss: missed, round, after, waiting })
}

const after: AfterWaiting = {
  landed: collapsed,
  // Once: whoever keeps coming too late has waited long enough.
  again: ({ mount, miss: { request }, round }) =>
    lookUp(mount, request, round === 'first' ? 'again' : 'alone'),
  runAlone: ({ mount, miss: { request } }) => lookUp(mount, request, 'alone'),
}

/** Another request's run has produced a response: mostly ours too. */
function collapsed({ mount, miss: missed }: Missed, landed: Landed): MaybePromise<CacheOutcome> {
  const { request, why } = missed
  const { core, settings } = mount
  const { names, secondaryKey: theirs } = landed.variant
  if (secondaryKey(names, request.exchange.requestFields) !== theirs) return lookUp(mount, request, 'again')
  const use: Use = {
    exchange: request.exchange,
    entry: landed.entry,
    stored: landed.response,
    now: core.clock.now(),
    name: settings.cacheStatus,
  }
  if (!mayShare(request, landed.response)) return lookUp(mount, request, 'alone')
  const { failedWith } = landed
  const isOfUse =
    failedWith === undefined
      ? judgeUse(use, request, false).reason === 'fresh'
      : mayStandIn(request, use, use.now) && !isGone(mount, missed)
  if (!isOfUse) return lookUp(mount, request, 'alone')
  core.counts.collapsed++
  if (failedWith === undefined) return answerCollapsed(use, why, landed)
  return answerWith(use, { fwd: why, ...standInStatus(use, failedWith, use.now), collapsed: true })
}

/** Whether what stands in was not there any more when this request looked: it was purged before. */
function isGone({ core }: Mount, { isCold }: Miss): boolean {
  return isCold && core.entries.isReadable
}
