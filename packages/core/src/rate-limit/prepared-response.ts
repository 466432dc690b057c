/** A response that is written once and sent often. */
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

/** What a user gave as content: text, bytes, or a value for JSON; undefined for anything else, and for what JSON cannot hold. */
export function readContent(body: unknown): Content | undefined {
  if (typeof body === 'string') return { type: 'text/plain; charset=utf-8', bytes: Buffer.from(body) }
  if (body instanceof Uint8Array) return { type: 'application/octet-stream', bytes: body }
  if (typeof body !== 'object' || body === null) return undefined
  const json = jsonOf(body)
  return json === undefined
    ? undefined
    : { type: 'application/json; charset=utf-8', bytes: Buffer.from(json) }
}

function jsonOf(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // A cycle, a bigint, or a `toJSON` that throws.
    return undefined
  }
}
