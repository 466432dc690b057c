/** What becomes of a request by the decision about it. */
import { isPromise } from '../kit/promise.ts'
import type { Admission } from '../ports/admission.ts'
import type { UserFunction } from '../ports/exchange.ts'
import type { HttpResponse } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { DeniedDecision } from '../ports/rate-limit-store.ts'
import { retryAfterSeconds, type Denials } from '../rate-limit/denials.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import type { Visit } from './rate-limit-visit.ts'

export interface AnswerSetup {
  readonly limiter: RateLimiter
  readonly denials: Denials
  /** Makes the content of a denial by the quota. */
  readonly body: UserFunction | undefined
  readonly onDenied: UserFunction | undefined
}

/** Answers denied requests: by the app's own `onDenied`, by its `body`, or by a prepared response. */
export class Answers {
  readonly #setup: AnswerSetup

  constructor(setup: AnswerSetup) {
    this.#setup = setup
  }

  /** Never throws or rejects: where the app's own function fails, the prepared response answers. */
  deny(visit: Visit, decision: DeniedDecision): MaybePromise<Admission> {
    const retryAfter = retryAfterSeconds(decision.retryAfterMs)
    if (retryAfter !== undefined) visit.exchange.setResponseField('retry-after', `${retryAfter}`)
    const { onDenied, body } = this.#setup
    if (onDenied !== undefined) {
      const { status } = this.#setup.denials.responseTo(visit.exchange, decision)
      visit.exchange.decided?.(decision, status)
      return this.#askApp(visit, { operation: 'onDenied', fn: onDenied, decision }, (result) => ({
        type: 'answered',
        decision,
        result,
      }))
    }
    const isOverQuota = decision.reason === 'quota' || decision.reason === 'blocked'
    if (body === undefined || !isOverQuota) return this.#prepared(visit, decision)
    visit.exchange.decided?.(decision, undefined)
    return this.#askApp(visit, { operation: 'body', fn: body, decision }, (content) => ({
      type: 'deny',
      decision,
      response: this.#setup.denials.responseWith(visit.exchange, content),
    }))
  }

  #askApp(
    visit: Visit,
    { operation, fn, decision }: Question,
    answerWith: (result: unknown) => Admission,
  ): MaybePromise<Admission> {
    const failed = (error: unknown): Admission => {
      this.#setup.limiter.fail(operation, error)
      return this.#prepared(visit, decision)
    }
    try {
      const result: unknown = visit.exchange.invoke(fn, decision)
      return isPromise(result) ? Promise.resolve(result).then(answerWith).catch(failed) : answerWith(result)
    } catch (error) {
      return failed(error)
    }
  }

  #prepared(visit: Visit, decision: DeniedDecision): Admission {
    const response = this.#setup.denials.responseTo(visit.exchange, decision)
    return { type: 'deny', decision, response }
  }
}

interface Question {
  readonly operation: string
  readonly fn: UserFunction
  readonly decision: DeniedDecision
}

/** For a client that left while it waited: nobody reads it, but access logs do (499 is what proxies write for that). */
export const clientLeft: HttpResponse = Object.freeze({
  status: 499,
  fields: [['content-length', '0']] as const,
  body: undefined,
})
