/** Whether a response of the handler will be stored, and as what: judged when its head is known. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { FieldLine, HeaderFields } from '../ports/http.ts'
import { isWithheld } from './cache-request.ts'
import { validatorsOf, type Validators } from './conditional.ts'
import { governingDirectives, type Governing } from './directives.ts'
import { joinedLines } from './field-list.ts'
import { forbidsStale, initialAgeMs, staleWindows, statedLifetimeMs, type StaleWindows } from './freshness.ts'
import { isKeyed } from './identify.ts'
import { grantedLifetimeMs } from './granted-lifetime.ts'
import type { Reason } from './reasons.ts'
import { labelsOf } from './response-labels.ts'
import type { ResponseHead, Run } from './run.ts'
import { ownVaryNames, secondaryKey } from './secondary-key.ts'
import { isForEveryone, whyNotStorable } from './storable.ts'
import { cookiesSetInside, fieldsToStore } from './stored-fields.ts'
import type { ForEveryone } from './stored-response.ts'
import { targetPath } from './url-labels.ts'
import { askUserNow, isAnyAnswer, UserFunctionError } from './user-function.ts'

/** Everything about the response to store but its body. */
export interface StoringPlan
  extends StaleWindows, Pick<CacheEntry, 'staleAt' | 'deleteAt' | 'labels' | 'path'> {
  readonly status: number
  /** Without `content-length`. */
  readonly fields: readonly FieldLine[]
  readonly validators: Validators
  /** The instant at which its age was zero. */
  readonly bornAt: number
  readonly mustValidate: 'always' | 'when-stale' | 'never'
  readonly forEveryone: ForEveryone
  readonly varyNames: readonly string[]
  readonly secondaryKey: string
}

/** A stale response that can be validated is kept for as long as it was fresh, but not less and not more than this. */
const leastKeptMs = 600_000
const mostKeptMs = 86_400_000

/** The plan, or why there is none; where the app's `ttl`, `tags` or `store` fails, that is told. */
export function planStoring(run: Run, head: ResponseHead): StoringPlan | Reason {
  try {
    return judgeStoring(run, head)
  } catch (error) {
    if (!(error instanceof UserFunctionError)) throw error
    run.mount.core.userFunctionFailed(error)
    return 'option-failed'
  }
}

/** @throws UserFunctionError */
function judgeStoring(run: Run, head: ResponseHead): StoringPlan | Reason {
  const { settings, core } = run.mount
  const now = core.clock.now()
  const wallNow = core.clock.toWall(now)
  const governing = governingDirectives(head.fields, settings.targets)
  const stated = statedLifetimeMs(head.fields, governing, wallNow)
  const objection = objectionTo(run, head, governing, stated)
  if (objection !== undefined) return objection
  const lifetimeMs =
    stated ?? grantedLifetimeMs(run, head, { wallNow, isPublic: governing.directives.isPublic })
  const { noCache } = governing.directives
  if (lifetimeMs === 0 && stated === undefined && !noCache) return 'no-freshness'
  const times = { requestedAt: core.clock.toWall(run.startedAt), respondedAt: wallNow }
  const bornAt = now - initialAgeMs(head.fields, times)
  const staleAt = noCache ? bornAt : bornAt + lifetimeMs
  const windows = staleWindows(governing, settings)
  const validators = validatorsOf(head.fields, wallNow)
  const deleteAt = staleAt + Math.max(...Object.values(windows), keptMs(run, validators, lifetimeMs))
  if (deleteAt <= now) return 'no-freshness'
  const names = ownVaryNames(head.fields, head.outside)
  // Something on the way to the handler has changed what it varies by: no request tells which response is its own.
  if (names === '*' || names.some((name) => hasChanged(run, name))) return 'vary-star'
  if (settings.store !== undefined && !storeOptionAllows(run)) return 'store-option'
  return {
    status: head.status,
    fields: dated(ownFields(run, head, governing), head.fields, wallNow),
    validators,
    bornAt,
    staleAt,
    deleteAt,
    staleWhileRevalidateMs: windows.staleWhileRevalidateMs,
    staleIfErrorMs: windows.staleIfErrorMs,
    mustValidate: noCache ? 'always' : forbidsStale(governing) ? 'when-stale' : 'never',
    forEveryone: {
      authorization: isForEveryone(governing, 'authorization'),
      cookie: isForEveryone(governing, 'cookie'),
    },
    labels: labelsOf(run, head.fields),
    path: targetPath(run.request.exchange.target),
    varyNames: names,
    secondaryKey: secondaryKey(names, run.asked),
  }
}

function objectionTo(
  run: Run,
  head: ResponseHead,
  governing: Governing,
  statedMs: number | undefined,
): Reason | undefined {
  const { settings } = run.mount
  const { request } = run
  const objection = whyNotStorable(
    {
      isAuthorized: request.isAuthorized,
      hasGuardedCookie: request.hasGuardedCookie,
      isPartitioned: request.isPartitioned,
      isKeyed: (name) => isKeyed(settings, name),
    },
    {
      status: head.status,
      fields: head.fields,
      governing,
      hasRefusedCookie:
        settings.setCookie === 'refuse' && cookiesSetInside(head.fields, head.outside).length > 0,
      statedLifetimeMs: statedMs,
    },
  )
  return objection ?? (request.exchange.isUnanswered ? 'no-handler' : undefined)
}

function hasChanged({ asked, request }: Run, name: string): boolean {
  return !isWithheld(name) && joinedLines(asked[name]) !== joinedLines(request.exchange.requestFields[name])
}

function storeOptionAllows({ mount, request }: Run): boolean {
  const { store } = mount.settings
  if (store === undefined) return true
  return Boolean(askUserNow({ operation: 'store', accepts: isAnyAnswer }, store, request.exchange))
}

function ownFields(run: Run, head: ResponseHead, { directives }: Governing): FieldLine[] {
  const { privateFields, noCacheFields } = directives
  return fieldsToStore(head.fields, {
    outside: head.outside,
    excluded: run.request.isPartitioned ? noCacheFields : [...privateFields, ...noCacheFields],
    storesSetCookie: run.mount.settings.setCookie === 'store',
  })
}

/** RFC 9110 §6.6.1: who stores a response without `Date` notes when it came. */
function dated(lines: FieldLine[], fields: HeaderFields, wallNow: number): FieldLine[] {
  if (fields.date === undefined) lines.push(['date', new Date(wallNow).toUTCString()])
  return lines
}

/** How long it is of use after it became stale, because it can be validated or a client may accept it. */
function keptMs({ mount }: Run, { etag, lastModified }: Validators, lifetimeMs: number): number {
  const isOfUse =
    etag !== undefined || lastModified !== undefined || mount.settings.requestDirectives === 'honor'
  return isOfUse ? Math.min(mostKeptMs, Math.max(leastKeptMs, lifetimeMs)) : 0
}
