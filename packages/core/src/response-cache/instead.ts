/** A stored response in place of what the handler produced: after its 304, and after its failure. */
import { isPromise } from '../kit/promise.ts'
import type { Departure, FieldValue, HeaderFields } from '../ports/http.ts'
import { answerFrom } from './answer.ts'
import type { StaleResponse } from './cache-request.ts'
import { departStored } from './departure.ts'
import { isServerError } from './freshness.ts'
import { fieldsByName, freshenedFields, isSameAsStored, validates } from './freshen.ts'
import { ageOf } from './hit.ts'
import { keep, storedResponse } from './keep.ts'
import { noteRefused, noteUse } from './notes.ts'
import type { Run } from './run.ts'
import { runStatus } from './run-status.ts'
import { landedStored, mayStandIn, standInStatus } from './stand-in.ts'
import { fieldsToStore } from './stored-fields.ts'
import type { StoredResponse } from './stored-response.ts'
import { planStoring, type StoringPlan } from './storing.ts'

/** The handler says that the stored response is still good: brought up to date, it is the answer (RFC 9111 §4.3.4). */
export function afterValidation(run: Run, stale: StaleResponse, fields: HeaderFields): Departure {
  const { response, plan } = validates(fields, stale.stored.fields)
    ? freshened(run, stale.stored, fields)
    : { response: stale.stored, plan: undefined }
  if (plan === undefined) {
    forget(run, stale)
    run.flight?.release()
  } else keep(run, plan, response)
  const answer = answerFrom(response, run.request.exchange.method, run.conditions.client)
  const cacheStatus = runStatus(run, fields, { fwdStatus: 304 })
  // A cookie that comes with the 304 is for the client that caused it.
  return departStored({ answer, fields, outside: run.outside, cacheStatus, keepsCookies: true })
}

/** A response to HEAD brings the stored response to GET up to date, or tells that it is out of date (RFC 9111 §4.3.5). */
export function afterHead(run: Run, stale: StaleResponse, status: number, fields: HeaderFields): void {
  if (status !== stale.stored.status) return
  const { response, plan } = isSameAsStored(fields, stale.stored.fields)
    ? freshened(run, stale.stored, fields)
    : { response: stale.stored, plan: undefined }
  if (plan === undefined) forget(run, stale)
  else keep(run, plan, response)
}

/** The stored response when the handler failed (RFC 5861 §4); undefined when it may not be used. */
export function staleOnError(
  run: Run,
  stale: StaleResponse,
  status: number,
  fields: HeaderFields,
): Departure | undefined {
  // An error in the place of an error helps nobody.
  if (isServerError(stale.stored.status)) return undefined
  const { core } = run.mount
  const now = core.clock.now()
  if (!mayStandIn(run.request, stale, now) || isGone(run, stale)) return undefined
  run.flight?.land({ ...landedStored(run, stale), failedWith: status }, `failed ${status}`)
  core.counts.stale++
  noteUse(core, 'stale', run.request, stale.stored.route)
  const { fields: stored, ...answer } = answerFrom(
    stale.stored,
    run.request.exchange.method,
    run.conditions.client,
  )
  return departStored({
    // Not validated, so it tells its age (RFC 9111 §4).
    answer: { ...answer, fields: [...stored, ['age', ageOf(stale.stored, now)]] },
    fields,
    outside: run.outside,
    cacheStatus: runStatus(run, fields, standInStatus(stale, status, now)),
    keepsCookies: false,
  })
}

interface Freshened {
  readonly response: StoredResponse
  /** Undefined when it is no longer to be stored. */
  readonly plan: StoringPlan | undefined
}

function freshened(run: Run, stored: StoredResponse, fields: HeaderFields): Freshened {
  const { core, settings } = run.mount
  const now = new Date(core.clock.toWall(core.clock.now())).toUTCString()
  const brought = fieldsToStore(
    // Without a `Date` of its own it was made now, and not when the stored response was.
    { date: now, ...fields },
    { outside: run.outside, excluded: [], storesSetCookie: settings.setCookie === 'store' },
  )
  const merged = freshenedFields(stored.fields, brought).filter(([name]) => name !== 'content-length')
  const all: Record<string, FieldValue> = { ...run.outside, ...fieldsByName(merged) }
  // Not among what is stored, but part of how old it is from now on.
  if (fields.age !== undefined) all.age = fields.age
  const plan = planStoring(run, { status: stored.status, fields: all, outside: run.outside })
  if (typeof plan === 'object') return { response: storedResponse(run, plan, stored.body), plan }
  noteRefused(run, stored.status, plan)
  return { response: stored, plan: undefined }
}

function forget(run: Run, stale: StaleResponse): void {
  const deleted = run.mount.core.entries.delete(stale.at, run.mount.settings.timeoutMs)
  if (isPromise(deleted)) deleted.catch(() => {})
}

/** Invalidated while the handler ran: a purge beats stale-if-error. */
function isGone(run: Run, stale: StaleResponse): boolean {
  const { core, settings } = run.mount
  if (core.backend.shared) return core.purges !== run.purges
  const found = core.entries.get(stale.at, settings.timeoutMs)
  if (isPromise(found)) {
    found.catch(() => {})
    return core.purges !== run.purges
  }
  return found?.entry !== stale.entry
}
