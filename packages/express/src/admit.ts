/** Acts on what a rate limiter or a concurrency limiter decides for a request. */
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import {
  isPromise,
  sendResponse,
  whenOver,
  type Admission,
  type Exchange,
  type MaybePromise,
} from '@forebay/core'
import { ExpressExchange } from './express-exchange.ts'
import type { Middleware } from './middleware.ts'
import { Placing } from './mounting.ts'
import { shareShape } from './shared-shape.ts'

interface AdmissionGate {
  admit(exchange: Exchange): MaybePromise<Admission>
}

/** A middleware that asks `gate`. A decision that is there at once costs no promise. */
export function admitting(gate: AdmissionGate): Middleware {
  const middleware: RequestHandler = (req, res, next) => {
    shareShape(req, res)
    const admission = gate.admit(new ExpressExchange(req, res, placing))
    if (isPromise(admission)) admission.then((settled) => actOn(settled, { req, res, next }), next)
    else actOn(admission, { req, res, next })
  }
  const placing = new Placing(middleware)
  return middleware as Middleware
}

interface Handling {
  readonly req: Request
  readonly res: Response
  readonly next: NextFunction
}

/** Lets the request through, or answers it. What `onDenied` answers itself is left alone. */
function actOn(admission: Admission, { req, res, next }: Handling): void {
  if (admission.decision !== undefined) req.rateLimit = admission.decision
  if (admission.type === 'pass') {
    if (admission.departed !== undefined) whenOver(res, admission.departed)
    next()
  } else if (admission.type === 'deny') {
    sendResponse(res, admission.response)
  }
}
