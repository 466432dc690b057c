/** Acts on what a rate limiter or a concurrency limiter decides for a request. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isPromise, whenOver, type Admission, type Exchange, type MaybePromise } from '@forebay/core'
import { FastifyExchange, type Place } from './fastify-exchange.ts'
import { sendResponse } from './send-response.ts'

interface AdmissionGate {
  admit(exchange: Exchange): MaybePromise<Admission>
}

/** A gate and where it stands. */
export interface PlacedGate {
  readonly gate: AdmissionGate
  readonly place: Place
}

interface Visit {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly goOn: () => void
}

/** Asks the gate; calls `goOn` when the request may pass. A decision that is there at once costs no promise. */
export function admit({ gate, place }: PlacedGate, visit: Visit): void {
  const admission = gate.admit(new FastifyExchange(visit.request, visit.reply, place))
  if (isPromise(admission)) void admission.then((settled) => actOn(settled, visit))
  else actOn(admission, visit)
}

function actOn(admission: Admission, { request, reply, goOn }: Visit): void {
  const { decision } = admission
  if (decision !== undefined) request.rateLimit = decision
  if (admission.type === 'pass') {
    if (admission.departed !== undefined) whenOver(reply.raw, admission.departed)
    goOn()
  } else if (!reply.sent) {
    if (admission.type === 'deny') sendResponse(reply, admission.response)
    else if (admission.result !== undefined && admission.result !== reply) reply.send(admission.result)
  }
}
