/** Sends a response that the core made or stored, through `reply.send`: other plugins' `onSend` hooks have their part. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { HttpResponse } from '@forebay/core'

export function sendResponse(reply: FastifyReply, { status, fields, body }: HttpResponse): void {
  reply.code(status)
  for (const line of fields) {
    // Fastify measures a body itself; a length set here would outlive a plugin that changes the body.
    if (line[0] !== 'content-length' || body === undefined) reply.header(line[0], line[1])
  }
  // Fastify would make JSON of null where the type is JSON; a stream it leaves alone.
  reply.send(body === undefined ? Readable.from([]) : bufferOf(body))
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
