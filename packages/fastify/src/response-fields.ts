/** Changes a reply's fields, whoever has set them. */
import type { FastifyReply } from 'fastify'
import type { FieldLine, FieldValue } from '@forebay/core'

/** Sets one field, replacing all its lines: Fastify adds to `Set-Cookie`. */
export function setField(reply: FastifyReply, name: string, value: FieldValue): void {
  if (name === 'set-cookie') removeField(reply, name)
  reply.header(name, value)
}

export function setFields(reply: FastifyReply, lines: readonly FieldLine[]): void {
  for (const [name, value] of lines) setField(reply, name, value)
}

/** Takes a field away, also one that was set on the raw response. */
export function removeField(reply: FastifyReply, name: string): void {
  reply.removeHeader(name)
  if (reply.raw.hasHeader(name) && !reply.raw.headersSent) reply.raw.removeHeader(name)
}
