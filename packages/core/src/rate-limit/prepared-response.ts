/** A response that is written once and sent often. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { HttpResponse } from '../ports/http.ts'
import type { ProblemDetails } from './problem-details.ts'

/** Content and its media type. */
export interface Content {
  readonly type: string
  readonly bytes: Uint8Array
}

/** The same response for HEAD and for every other method. */
export interface PreparedResponse {
  readonly whole: HttpResponse
  readonly head: HttpResponse
}

/** A denial holds for one client at one moment: no cache may store it (RFC 6585 §4). */
export function prepareResponse(status: number, content: Content): PreparedResponse {
  const fields = [
    ['content-type', content.type],
    ['content-length', `${content.bytes.byteLength}`],
    ['cache-control', 'no-store'],
  ] as const
  return {
    whole: Object.freeze({ status, fields, body: content.bytes }),
    head: Object.freeze({ status, fields, body: undefined }),
  }
}

/** A problem as JSON, and as text for those who prefer that. */
export interface PreparedProblem {
  readonly json: PreparedResponse
  readonly text: PreparedResponse
}

export function prepareProblem(problem: ProblemDetails): PreparedProblem {
  return {
    json: prepareResponse(problem.status, {
      type: 'application/problem+json',
      bytes: Buffer.from(JSON.stringify(problem)),
    }),
    text: prepareResponse(problem.status, {
      type: 'text/plain; charset=utf-8',
      bytes: Buffer.from(`${problem.detail}\n`),
    }),
  }
}

/**
 * What a user gave as content: text, bytes, or a value for JSON.
 * @throws ForebayError `FOREBAY_INVALID_RESULT` for anything else, and for an object that JSON cannot hold.
 */
export function contentOf(body: unknown): Content {
  if (typeof body === 'string') return { type: 'text/plain; charset=utf-8', bytes: Buffer.from(body) }
  if (body instanceof Uint8Array) return { type: 'application/octet-stream', bytes: body }
  if (typeof body === 'object' && body !== null) {
    const json = JSON.stringify(body) as string | undefined
    if (json !== undefined) return { type: 'application/json; charset=utf-8', bytes: Buffer.from(json) }
  }
  throw new ForebayError(
    'FOREBAY_INVALID_RESULT',
    `body: ${showValue(body)} is not accepted. Accepted: text, bytes, or an object that JSON can hold.`,
  )
}
