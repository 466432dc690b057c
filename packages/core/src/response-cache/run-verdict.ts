/** What leaves for the client when the handler's response begins, and whether that response will be stored. */
import { isStamp } from '../engine/guarded-entries.ts'
import { isPromise } from '../kit/promise.ts'
import type { Departure, FieldLine, HeaderFields } from '../ports/http.ts'
import { validatorsOf } from './conditional.ts'
import { departLive } from './departure.ts'
import { isServerError } from './freshness.ts'
import { afterHead, afterValidation, staleOnError } from './instead.ts'
import { noteRefused } from './notes.ts'
import type { Reason } from './reasons.ts'
import type { Run } from './run.ts'
import { runStatus } from './run-status.ts'
import { planStoring, type StoringPlan } from './storing.ts'

export interface ProducedResponse {
  readonly status: number
  readonly fields: HeaderFields
  /** Bytes of the whole content, when the adapter holds it already. */
  readonly wholeBytes: number | undefined
}

export interface RunVerdict {
  readonly departure: Departure
  /** Undefined when the response is not stored. */
  readonly plan: StoringPlan | undefined
  /** Bytes of the whole content, when that is known. */
  readonly bodyBytes: number | undefined
}

export function judgeRun(run: Run, produced: ProducedResponse): RunVerdict {
  const instead = insteadOf(run, produced)
  if (instead !== undefined) return { departure: instead, plan: undefined, bodyBytes: undefined }
  const bodyBytes = produced.wholeBytes ?? statedLength(produced.fields)
  const plan = run.request.exchange.method === 'HEAD' ? undefined : planFor(run, produced, bodyBytes)
  const isStored = typeof plan === 'object'
  if (typeof plan === 'string') refuse(run, produced.status, plan)
  const { core } = run.mount
  const departure = departLive({
    status: produced.status,
    fields: produced.fields,
    bodyBytes,
    validators: validatorsOf(produced.fields, core.clock.toWall(core.clock.now())),
    client: run.conditions.client,
    isStored,
    date: isStored && produced.fields['date'] === undefined ? dateOf(plan) : undefined,
    cacheStatus: runStatus(run, produced.fields, outcomeOf(run, plan)),
  })
  return { departure, plan: isStored ? plan : undefined, bodyBytes }
}

/** Where the backend gave no stamp it will not take the response: those who wait get it all the same. */
function outcomeOf(
  run: Run,
  plan: StoringPlan | Reason | undefined,
): { stored: boolean; detail: Reason | undefined } {
  if (typeof plan !== 'object') return { stored: false, detail: plan }
  return isStamp(run.stamp) ? { stored: true, detail: undefined } : { stored: false, detail: 'backend' }
}

function insteadOf(run: Run, produced: ProducedResponse): Departure | undefined {
  const { stale } = run
  if (stale === undefined) return undefined
  if (produced.status === 304 && run.validates) return afterValidation(run, stale, produced.fields)
  if (isServerError(produced.status)) return staleOnError(run, stale, produced.status, produced.fields)
  if (run.request.exchange.method === 'HEAD') afterHead(run, stale, produced.status, produced.fields)
  return undefined
}

function planFor(
  run: Run,
  { status, fields }: ProducedResponse,
  bodyBytes: number | undefined,
): StoringPlan | Reason {
  // A refresh that fails takes the place of nothing, whatever it says of itself.
  if (run.refresh !== undefined && status >= 500) return 'status'
  if (bodyBytes !== undefined && bodyBytes > run.mount.settings.maxBodyBytes) return 'too-large'
  // All of the content is here, and is not as long as was stated.
  if ((statedLength(fields) ?? bodyBytes) !== bodyBytes) return 'incomplete'
  return planStoring(run, { status, fields, outside: run.outside })
}

/** Tells that the response is not stored, and lets go of whoever waits for it. Never throws. */
export function refuse(run: Run, status: number, reason: Reason): void {
  noteRefused(run, status, reason)
  letWaitersGo(run, status)
  // The handler has something new to say that is not to be stored: what it said before is over. An error is no news.
  if (run.stale !== undefined && isConclusive(status)) {
    const deleted = run.mount.core.entries.delete(run.stale.at, run.mount.settings.timeoutMs)
    if (isPromise(deleted)) deleted.catch(() => {})
  }
}

/** Everybody at once; and those who come in the next seconds do not wait for each other either, unless it was a failure. */
function letWaitersGo(run: Run, status: number): void {
  if (status < 500) run.mount.core.passes.add(run.flightKey)
  run.flight?.release()
}

function isConclusive(status: number): boolean {
  return status < 400 || status === 404 || status === 410
}

function dateOf({ fields }: StoringPlan): FieldLine | undefined {
  return fields.find(([name]) => name === 'date')
}

/** Undefined when `Content-Length` is absent or no number of bytes. */
function statedLength(fields: HeaderFields): number | undefined {
  const length = fields['content-length']
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined
}
