/** Acts on what a rate limiter or a concurrency limiter decides for a request. */
import type { Context, Middleware, Next } from 'koa'
import {
  isPromise,
  whenOver,
  type Admission,
  type Decision,
  type Exchange,
  type MaybePromise,
} from '@forebay/core'
import { keepFieldsOnError } from './kept-fields.ts'
import { KoaExchange } from './koa-exchange.ts'
import { sendResponse } from './send-response.ts'

/** What `rateLimit` leaves on `ctx.state`; `new Koa<RateLimitState>()` types it throughout an app. */
export interface RateLimitState {
  rateLimit?: Decision
}

interface AdmissionGate {
  admit(exchange: Exchange): MaybePromise<Admission>
}

/** A middleware that asks `gate`. A decision that is there at once costs no promise. */
export function admitting(gate: AdmissionGate): Middleware {
  const middleware: Middleware = (ctx, next) => {
    const admission = gate.admit(new KoaExchange(ctx, middleware))
    return isPromise(admission)
      ? admission.then((settled) => actOn(settled, ctx, next))
      : actOn(admission, ctx, next)
  }
  return middleware
}

/** Lets the request through, or puts the denial on the context; middlewares outside go on with either. */
function actOn(admission: Admission, ctx: Context, next: Next): Promise<unknown> | undefined {
  const { decision } = admission
  if (decision !== undefined) (ctx.state as RateLimitState).rateLimit = decision
  if (admission.type === 'pass') {
    if (admission.departed !== undefined) whenOver(ctx.res, admission.departed)
    if (decision !== undefined) keepFieldsOnError(ctx)
    return next()
  }
  if (admission.type === 'deny') sendResponse(ctx, admission.response)
  return undefined
}
