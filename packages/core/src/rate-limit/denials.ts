/** Which prepared response answers a denied request. */
import { ForebayError, showValue, type ForebayErrorCode } from '../kit/forebay-error.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { HttpResponse } from '../ports/http.ts'
import type { DeniedDecision } from '../ports/rate-limit-store.ts'
import { textPreference } from './preferred-type.ts'
import {
  readContent,
  prepareProblem,
  prepareResponse,
  type Content,
  type PreparedProblem,
  type PreparedResponse,
} from './prepared-response.ts'
import {
  abnormalUsage,
  forbidden,
  quotaExceeded,
  temporaryReducedCapacity,
  type ProblemDetails,
} from './problem-details.ts'

/** Sets of policies that deny together are few, unless policies are renamed at run time. */
const mostPrepared = 256

export interface DenialsSetup {
  /** Of a denial by the quota or by a block. */
  readonly status: number
  /** Content of such a denial, the same for everybody; undefined for problem details. */
  readonly body: string | Uint8Array | object | undefined
}

/** The responses of one limiter, each written the first time it is needed. */
export class Denials {
  readonly #status: number
  readonly #custom: PreparedResponse | undefined
  readonly #problems: Readonly<Record<DeniedDecision['reason'], Map<string, PreparedProblem>>> = {
    quota: new Map(),
    blocked: new Map(),
    'deny-list': new Map(),
    'missing-key': new Map(),
    backend: new Map(),
  }
  readonly #prefersText = textPreference()

  /** @throws ForebayError `FOREBAY_INVALID_OPTION` for a body that JSON cannot hold. */
  constructor({ status, body }: DenialsSetup) {
    this.#status = status
    this.#custom =
      body === undefined ? undefined : prepareResponse(status, contentOf(body, 'FOREBAY_INVALID_OPTION'))
  }

  responseTo(exchange: Exchange, decision: DeniedDecision): HttpResponse {
    const isOverQuota = decision.reason === 'quota' || decision.reason === 'blocked'
    if (isOverQuota && this.#custom !== undefined) return forMethod(exchange, this.#custom)
    const problem = this.#problem(decision)
    const accept = exchange.requestFields['accept']
    const isText = this.#prefersText(typeof accept === 'string' ? accept : undefined)
    return forMethod(exchange, isText ? problem.text : problem.json)
  }

  /** @throws ForebayError `FOREBAY_INVALID_RESULT` for a body that is not accepted. */
  responseWith(exchange: Exchange, body: unknown): HttpResponse {
    return forMethod(exchange, prepareResponse(this.#status, contentOf(body, 'FOREBAY_INVALID_RESULT')))
  }

  #problem(decision: DeniedDecision): PreparedProblem {
    const { reason } = decision
    const id = violatedPolicies(decision)
    const ofReason = this.#problems[reason]
    const known = ofReason.get(id)
    if (known !== undefined) return known
    if (ofReason.size >= mostPrepared) ofReason.clear()
    const names = decision.policies.filter((policy) => !policy.allowed).map((policy) => policy.name)
    const prepared = prepareProblem(describe(reason, this.#status, names))
    ofReason.set(id, prepared)
    return prepared
  }
}

function describe(
  reason: DeniedDecision['reason'],
  status: number,
  violated: readonly string[],
): ProblemDetails {
  if (reason === 'quota') return quotaExceeded(status, violated)
  if (reason === 'blocked') return abnormalUsage(status, violated)
  if (reason === 'deny-list') return forbidden('The client is not welcome here.')
  if (reason === 'missing-key') return forbidden('The request does not tell who makes it.')
  return temporaryReducedCapacity(
    violated,
    'It cannot be told right now whether the request is within its quota.',
  )
}

function contentOf(body: unknown, code: ForebayErrorCode): Content {
  const content = readContent(body)
  if (content !== undefined) return content
  throw new ForebayError(
    code,
    `rateLimit: body: ${showValue(body)} is not accepted. Accepted: text, bytes, or an object that JSON can hold.`,
  )
}

/** Whole seconds, rounded up, at least 1; undefined when no wait helps. */
export function retryAfterSeconds(retryAfterMs: number | undefined): number | undefined {
  if (retryAfterMs === undefined || !Number.isFinite(retryAfterMs)) return undefined
  return Math.max(1, Math.ceil(retryAfterMs / 1_000))
}

/** RFC 9110 §9.3.2: HEAD is answered with the fields that GET would be, without content. */
export function forMethod(exchange: Exchange, prepared: PreparedResponse): HttpResponse {
  return exchange.method === 'HEAD' ? prepared.head : prepared.whole
}

/** The policies that denied, as one text; that of a single one is no new text. */
function violatedPolicies({ policies }: DeniedDecision): string {
  let id = ''
  for (const policy of policies) {
    if (!policy.allowed) id = id === '' ? policy.name : `${id}\n${policy.name}`
  }
  return id
}
