/** The fields of a `node:http` response in the core's shape. */
import type { ServerResponse } from 'node:http'
import type { FieldLine, FieldValue, HeaderFields } from '../ports/http.ts'

/** A response, or what a framework puts in front of one. */
interface Headed {
  getHeaders(): Readonly<Record<string, number | FieldValue | undefined>>
}

/** A copy of all fields as they stand now. Some frameworks keep lengths as numbers, which the core never sees. */
export function fieldsOfResponse(res: Headed): HeaderFields {
  const fields = Object.create(null) as Record<string, FieldValue>
  const standing = res.getHeaders()
  for (const name in standing) {
    const value = standing[name]
    if (value !== undefined) fields[name] = copied(value)
  }
  return fields
}

/** Whoever appends to a list of lines may do so in place. */
function copied(value: number | FieldValue): FieldValue {
  return typeof value === 'object' ? [...value] : String(value)
}

export function setFields(res: ServerResponse, lines: readonly FieldLine[]): void {
  for (const line of lines) res.setHeader(line[0], line[1])
}
