/** Stores a whole response, and tells everybody who waits for it how that ended. */
import { isPromise } from '../kit/promise.ts'
import { isStamp } from '../engine/guarded-entries.ts'
import { noteRefused, noteStored } from './notes.ts'
import type { Run } from './run.ts'
import { storeResponse, type Storing } from './store-response.ts'
import { StoredResponse } from './stored-response.ts'
import type { StoringPlan } from './storing.ts'
import { variantKey } from './variant-index.ts'

/** The response as it will leave on a hit: with the length of its content where it has any. */
export function storedResponse(run: Run, plan: StoringPlan, body: Uint8Array): StoredResponse {
  const { clock } = run.mount.core
  const hasLength = plan.status !== 204 && plan.status !== 205
  return new StoredResponse({
    status: plan.status,
    route: run.route,
    fields: hasLength ? [...plan.fields, ['content-length', String(body.byteLength)]] : plan.fields,
    body,
    validators: plan.validators,
    bornAt: plan.bornAt,
    madeInMs: clock.now() - run.startedAt,
    staleWhileRevalidateMs: plan.staleWhileRevalidateMs,
    staleIfErrorMs: plan.staleIfErrorMs,
    mustValidate: plan.mustValidate,
    forEveryone: plan.forEveryone,
  })
}

/** Never throws. */
export function keep(run: Run, plan: StoringPlan, response: StoredResponse): void {
  try {
    const stored = storeResponse(run, plan, response)
    if (isPromise(stored)) {
      stored.then((late) => kept(run, late)).catch((error: unknown) => failed(run, error))
    } else kept(run, stored)
  } catch (error) {
    failed(run, error)
  }
}

/** Takes back what was kept. Never throws. */
export function unkeep(run: Run, plan: StoringPlan): void {
  const { core, settings } = run.mount
  const { key } = run.request
  const at = plan.varyNames.length === 0 ? key : variantKey(key, plan.secondaryKey)
  const deleted = core.entries.delete(at, settings.timeoutMs)
  if (isPromise(deleted)) deleted.catch(() => {})
}

function kept(run: Run, { landed, outcome }: Storing): void {
  const { core } = run.mount
  const { status } = landed.response
  if (outcome === 'stored') {
    core.passes.delete(run.flightKey)
    if (run.refresh !== undefined) core.refreshes.stored(run.refresh)
    noteStored(run, status, landed.entry)
    run.flight?.land(landed)
    return
  }
  if (outcome === 'too-many-variants') {
    noteRefused(run, status, outcome)
    if (core.purges !== run.purges) run.flight?.retry()
    else run.flight?.land({ ...landed, unvouchedSince: run.startedAt }, 'alone')
    return
  }
  const wasRefused = outcome === 'not-kept' && isStamp(run.stamp) && core.entries.isWritable
  const isBackends = !wasRefused && core.purges === run.purges
  noteRefused(run, status, isBackends ? 'backend' : 'invalidated')
  // Whole and shareable it is: those who wait for it here need no store. What came too late is not for them.
  if (isBackends) run.flight?.land({ ...landed, unvouchedSince: run.startedAt }, 'again')
  else run.flight?.retry()
}

function failed(run: Run, error: unknown): void {
  run.mount.core.ownFailure('store', error)
  run.flight?.fail()
}
