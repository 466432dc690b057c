/** The fields of a `node:http` response in the core's shape. */
import type { ServerResponse } from 'node:http'
import type { FieldLine, FieldValue, HeaderFields } from '../ports/http.ts'

/** A copy of all fields as they stand now. Some frameworks keep lengths as numbers, which the core never sees. */
export function fieldsOfResponse(res: Pick<ServerResponse, 'getHeaders'>): HeaderFields {
  const fields = Object.create(null) as Record<string, FieldValue>
  const standing = res.getHeaders()
  for (const name in standing) {
    const value = standing[name]
    if (value !== undefined) fields[name] = typeof value === 'number' ? String(value) : value
  }
  return fields
}

export function setFields(res: ServerResponse, lines: readonly FieldLine[]): void {
  for (const [name, value] of lines) res.setHeader(name, value)
}
