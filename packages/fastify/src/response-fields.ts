/** The response's fields in the core's shape. */
import type { FastifyReply } from 'fastify'
import type { FieldLine, FieldValue, HeaderFields } from '@forebay/core'

/** Fastify keeps lengths as numbers, which the core never sees. */
export function fieldsOf(standing: Readonly<Record<string, number | FieldValue | undefined>>): HeaderFields {
  const fields = Object.create(null) as Record<string, FieldValue>
  for (const name in standing) {
    const value = standing[name]
    if (value !== undefined) fields[name] = typeof value === 'number' ? String(value) : value
  }
  return fields
}

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
