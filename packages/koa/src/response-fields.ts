/** The response's fields in the core's shape. */
import type { ServerResponse } from 'node:http'
import type { Context } from 'koa'
import type { FieldLine, FieldValue, HeaderFields } from '@forebay/core'

/** A copy of all fields as they stand now; Koa keeps lengths as numbers, which the core never sees. */
export function responseFieldsOf({ res }: Context): HeaderFields {
  return fieldsOfResponse(res)
}

export function fieldsOfResponse(res: ServerResponse): HeaderFields {
  const fields = Object.create(null) as Record<string, FieldValue>
  const standing = res.getHeaders()
  for (const name in standing) {
    const value = standing[name]
    if (value !== undefined) fields[name] = typeof value === 'number' ? String(value) : value
  }
  return fields
}

/** Sets each field, replacing all lines of its name. Nothing happens once the head has left. */
export function setFields({ res }: Context, lines: readonly FieldLine[]): void {
  if (res.headersSent) return
  for (const [name, value] of lines) res.setHeader(name, value)
}

export function removeFields({ res }: Context, names: readonly string[]): void {
  if (res.headersSent) return
  for (const name of names) res.removeHeader(name)
}
