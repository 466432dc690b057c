/** Sends a response that the core made or stored, through `reply.send`: other plugins' `onSend` hooks have their part. */
import type { FastifyReply } from 'fastify'
import type { HttpResponse } from '@forebay/core'

export function sendResponse(reply: FastifyReply, { status, fields, body }: HttpResponse): void {
  reply.code(status)
  for (const [name, value] of fields) {
    // Without a body, Fastify would add a charset to the type of JSON that it finds among its own fields.
    if (name === 'content-type' && body === undefined) reply.removeHeader(name).raw.setHeader(name, value)
    // Fastify measures a body itself; a length set here would outlive a plugin that changes the body.
    else if (name !== 'content-length' || body === undefined) reply.header(name, value)
  }
  reply.send(body === undefined ? null : bufferOf(body))
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
