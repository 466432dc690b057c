/** What a client gets of a stored response: all of it, its head, a 304, a part. */
import type { Exchange } from '../ports/exchange.ts'
import type { FieldLine, RequestFields } from '../ports/http.ts'
import { isNotModified } from './conditional.ts'
import { selectRange } from './range.ts'
import type { StoredResponse } from './stored-response.ts'

export interface Answer {
  readonly status: number
  readonly fields: readonly FieldLine[]
  readonly body: Uint8Array | undefined
}

/** Fields that describe the content, which a 304 does not repeat (RFC 9110 §15.4.5). */
export const contentFields: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
])

/** These never have content (RFC 9110 §6.4.1). */
const withoutContent: ReadonlySet<number> = new Set([204, 205, 304])

/** Whether the request asks for nothing but the response as it is. */
export function isPlainGet(exchange: Exchange): boolean {
  const fields = exchange.requestFields
  return (
    exchange.method === 'GET' &&
    fields['if-none-match'] === undefined &&
    fields['if-modified-since'] === undefined &&
    fields.range === undefined
  )
}

/** @param client the fields in which the client states its conditions. */
export function answerFrom(stored: StoredResponse, method: string, client: RequestFields): Answer {
  const { status, fields, body, validators } = stored
  if (status === 200) {
    if (isNotModified(client, validators)) {
      return { status: 304, fields: fields.filter(([name]) => !contentFields.has(name)), body: undefined }
    }
    const selected = method === 'GET' ? selectRange(client, validators, body.byteLength) : undefined
    if (selected !== undefined) {
      const { from, to } = selected.window
      return {
        status: selected.status,
        fields: [
          ...fields.filter(([name]) => name !== 'content-length' && name !== 'content-range'),
          ['content-range', selected.contentRange],
          ['content-length', String(to - from)],
        ],
        body: body.subarray(from, to),
      }
    }
  }
  const isEmpty = method === 'HEAD' || withoutContent.has(status)
  return { status, fields, body: isEmpty ? undefined : body }
}
