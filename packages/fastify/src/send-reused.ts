/** Sends a stored response, so that it leaves as it was stored whatever hooks stand before the cache's own. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { FieldLine, ReusedResponse } from '@forebay/core'
import { removeField } from './response-fields.ts'
import { bufferOf, sendResponse } from './send-response.ts'

export function sendReused(reply: FastifyReply, response: ReusedResponse): void {
  if (response.age !== undefined) reply.header('age', response.age)
  if (response.cacheStatus !== undefined) reply.header('cache-status', response.cacheStatus)
  sendResponse(reply, response)
}

/** To be called in `onSend`: the stored body was captured after the hooks before it, so they must not change it again. */
export function restore(reply: FastifyReply, { fields, body }: ReusedResponse, payload: unknown): unknown {
  // Fastify gives a Buffer without a type one of its own.
  if (!hasField(fields, 'content-type')) removeField(reply, 'content-type')
  if (isUnchanged(payload, body)) return payload
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) removeField(reply, name)
  for (const [name, value] of fields) {
    if (name !== 'set-cookie' && (name !== 'content-length' || body === undefined)) reply.header(name, value)
  }
  if (body !== undefined) return bufferOf(body)
  // Fastify's own HEAD routes measure whatever is not a stream.
  return reply.request.method === 'HEAD' ? Readable.from([]) : null
}

function hasField(fields: readonly FieldLine[], name: string): boolean {
  for (const line of fields) if (line[0] === name) return true
  return false
}

function isUnchanged(payload: unknown, body: Uint8Array | undefined): boolean {
  if (body === undefined) return payload === null
  if (payload === body) return true
  if (!Buffer.isBuffer(payload)) return false
  return (
    payload.buffer === body.buffer && payload.byteOffset === body.byteOffset && payload.length === body.length
  )
}
