/** From a request's key to its answer, or to a run of the handler. */
import { isPromise } from '../kit/promise.ts'
import type { FoundEntry } from '../ports/cache-store.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { CacheRequest, Miss } from './cache-request.ts'
import { isDueEarly, refreshEarly, refreshStale } from './refreshing.ts'
import { ageMs, answerHit, answerWith, secondsLeft, type Use } from './hit.ts'
import type { Landed } from './landed.ts'
import { handlerOrWait, type Round } from './miss.ts'
import type { Mount } from './mount.ts'
import { noteUse } from './notes.ts'
import { judgeReuse, type Reuse } from './reusable.ts'
import { secondaryKey } from './secondary-key.ts'
import { mayStandIn, standInStatus } from './stand-in.ts'
import { StoredResponse } from './stored-response.ts'
import { VariantIndex, variantKey } from './variant-index.ts'

export function lookUp(mount: Mount, request: CacheRequest, round: Round): MaybePromise<CacheOutcome> {
  const found = mount.core.entries.get(request.key, mount.settings.timeoutMs)
  if (isPromise(found)) return found.then((late) => select(mount, request, late, round))
  return select(mount, request, found, round)
}

function select(
  mount: Mount,
  request: CacheRequest,
  found: FoundEntry | undefined,
  round: Round,
): MaybePromise<CacheOutcome> {
  const value = found?.entry.value
  if (found === undefined || value === undefined) return miss(mount, missOf(request), round)
  if (value instanceof StoredResponse) {
    return judge(mount, { request, found, stored: value, at: request.key, index: undefined }, round)
  }
  if (value instanceof VariantIndex) {
    const keys = value.matching(request.exchange.requestFields)
    return selectVariant(mount, { request, index: value, keys }, round)
  }
  mount.core.ownFailure('get', new TypeError('what is stored under this key is no response'))
  return miss(mount, missOf(request), round)
}

interface Variants {
  readonly request: CacheRequest
  readonly index: VariantIndex
  /** The secondary keys left to try, the most recent first. */
  readonly keys: readonly string[]
}

function selectVariant(mount: Mount, variants: Variants, round: Round): MaybePromise<CacheOutcome> {
  const { request, index, keys } = variants
  const [secondary, ...rest] = keys
  if (secondary === undefined) return miss(mount, { ...missOf(request), why: 'vary-miss', index }, round)
  const at = variantKey(request.key, secondary)
  const judgeOrTryNext = (found: FoundEntry | undefined): MaybePromise<CacheOutcome> => {
    const stored = found?.entry.value
    if (found !== undefined && stored instanceof StoredResponse) {
      return judge(mount, { request, found, stored, at, index }, round)
    }
    const left = mount.core.entries.isReadable ? rest : []
    return selectVariant(mount, { ...variants, keys: left }, round)
  }
  const found = mount.core.entries.get(at, mount.settings.timeoutMs)
  return isPromise(found) ? found.then(judgeOrTryNext) : judgeOrTryNext(found)
}

interface Selected {
  readonly request: CacheRequest
  readonly found: FoundEntry
  readonly stored: StoredResponse
  /** Where it is stored. */
  readonly at: string
  readonly index: VariantIndex | undefined
}

function judge(mount: Mount, selected: Selected, round: Round): MaybePromise<CacheOutcome> {
  const { request, found, stored, index } = selected
  const { core } = mount
  if (!mayShare(request, stored)) return miss(mount, { ...missOf(request), index }, round)
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
  if (reuse.type === 'validate') return miss(mount, staleMiss(selected, reuse.by), round)
  if (reuse.type === 'refresh') {
    const stale = staleMiss(selected, 'stale')
    if (!refreshStale(mount, stale)) return miss(mount, stale, round)
  }
  core.counts.stale++
  noteUse(core, 'stale', request, stored.route)
  const left = secondsLeft(found.entry.staleAt, now)
  // Softened, it is stale whatever lifetime it was given: nothing is left of that.
  const ttl = found.softened ? Math.min(0, left) : left
  return answerWith(use, { hit: true, ttl, detail: reuse.reason })
}

function staleMiss({ request, found, stored, at, index }: Selected, why: 'stale' | 'request'): Miss {
  return { request, why, stale: { at, entry: found.entry, stored }, index }
}

type Judged = Pick<Use, 'entry' | 'stored' | 'now'>

export function judgeUse({ entry, stored, now }: Judged, request: CacheRequest, softened: boolean): Reuse {
  const freshMs = entry.staleAt - now
  return judgeReuse(
    {
      freshMs: softened ? Math.min(0, freshMs) : freshMs,
      ageMs: ageMs(stored, now),
      mustValidate: stored.mustValidate,
      staleWhileRevalidateMs: stored.staleWhileRevalidateMs,
    },
    request.directives,
  )
}

/** A response that is not said to be for everyone is not for those who show credentials: it was made without them. */
export function mayShare(request: CacheRequest, { forEveryone }: StoredResponse): boolean {
  if (request.isAuthorized && !forEveryone.authorization) return false
  return !request.hasGuardedCookie || forEveryone.cookie
}

function missOf(request: CacheRequest): Miss {
  return { request, why: 'uri-miss', stale: undefined, index: undefined }
}

function miss(mount: Mount, missed: Miss, round: Round): MaybePromise<CacheOutcome> {
  if (round === 'first') {
    mount.core.counts.misses++
    noteUse(mount.core, 'miss', missed.request)
  }
  return handlerOrWait(mount, missed, round, {
    landed: (landed) => collapsed(mount, missed, landed),
    // Once: whoever keeps coming too late has waited long enough.
    again: () => lookUp(mount, missed.request, round === 'first' ? 'again' : 'alone'),
    runAlone: () => lookUp(mount, missed.request, 'alone'),
  })
}

/** Another request's run has produced a response: mostly ours too. */
function collapsed(mount: Mount, { request, why }: Miss, landed: Landed): MaybePromise<CacheOutcome> {
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
      : mayStandIn(request, use, use.now)
  if (!isOfUse) return lookUp(mount, request, 'alone')
  core.counts.collapsed++
  const said = failedWith === undefined ? {} : standInStatus(use, failedWith, use.now)
  return answerWith(use, { fwd: why, ...said, collapsed: true })
}
