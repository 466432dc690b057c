/** What a response cache does in the hooks of one request: looks up before the handler, captures what is sent. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { isPromise, type CacheOutcome, type ResponseCacheGate, type ReusedResponse } from '@forebay/core'
import { capture } from './capture.ts'
import { named } from './earlier-routes.ts'
import { FastifyExchange, type Place } from './fastify-exchange.ts'
import { PendingRecording } from './pending-recording.ts'
import { restore, sendReused } from './send-reused.ts'

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void
type Sent = (error: Error | null, payload?: unknown) => void

/** What `onSend` has to know of a request. */
type Kept = PendingRecording | { readonly reused: ReusedResponse } | null | undefined

/** Counts registrations, to tell their hooks apart by name. */
let registrations = 0

export class CacheVisits {
  /** What its hooks are called. */
  readonly name: string = `responseCache${++registrations}`
  /** One per registration: the caches of two registrations may meet on one route. */
  readonly #kept: symbol = Symbol('forebay.responseCache')
  readonly #hooks = new WeakSet<object>()

  constructor(app: FastifyInstance) {
    app.decorateRequest(this.#kept, null)
    named(this.onSend, this.name)
    named(this.onPrepared, this.name)
  }

  isHook(hook: object): boolean {
    return this.#hooks.has(hook)
  }

  hookOf(gate: ResponseCacheGate, place: Place): Hook {
    const hook: Hook = (request, reply, done) => {
      const outcome = gate.handle(new FastifyExchange(request, reply, place))
      if (isPromise(outcome)) void outcome.then((settled) => this.#actOn(settled, request, reply, done))
      else this.#actOn(outcome, request, reply, done)
    }
    this.#hooks.add(hook)
    return named(hook, this.name)
  }

  /** To be the last hook before a payload is serialized. */
  readonly onPrepared = (
    request: FastifyRequest,
    _reply: FastifyReply,
    payload: unknown,
    done: Sent,
  ): void => {
    const kept = (request as unknown as Record<symbol, Kept>)[this.#kept]
    if (kept instanceof PendingRecording) kept.part.prepared()
    done(null, payload)
  }

  readonly onSend = (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Sent): void => {
    const slots = request as unknown as Record<symbol, Kept>
    const kept = slots[this.#kept]
    if (kept === null || kept === undefined) {
      done(null, payload)
      return
    }
    // An error in a later hook sends a second time: that is no longer the handler's.
    slots[this.#kept] = null
    if (kept instanceof PendingRecording)
      done(null, capture({ reply, recorder: kept.take(), part: kept.part }, payload))
    else done(null, restore(reply, kept.reused, payload))
  }

  #actOn(outcome: CacheOutcome, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const slots = request as unknown as Record<symbol, Kept>
    if (outcome.type === 'continue') {
      slots[this.#kept] = new PendingRecording(reply, outcome.recorder)
      done()
    } else if (!reply.sent) {
      slots[this.#kept] = { reused: outcome.response }
      sendReused(reply, outcome.response)
    }
  }
}
