/** A stored response after a 304 from the handler (RFC 9111 §3.2, §4.3.4). */
import type { FieldLine, HeaderFields } from '../ports/http.ts'
import { opaquePart } from './conditional.ts'
import { singleLine } from './field-list.ts'

/** They tell how the stored bytes are to be read, and a 304 brings none (RFC 9111 §3.2). */
const contentFields: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'content-range'])

/** The stored lines with those that the 304 brings anew; `brought` has passed `fieldsToStore` already. */
export function freshenedFields(stored: readonly FieldLine[], brought: readonly FieldLine[]): FieldLine[] {
  const news = brought.filter(([name]) => !contentFields.has(name))
  const replaced = new Set(news.map(([name]) => name))
  return [...stored.filter(([name]) => !replaced.has(name)), ...news]
}

/** All fields of the stored response as they will be: for judging whether it may stay stored. */
export function fieldsByName(lines: readonly FieldLine[]): HeaderFields {
  const fields: Record<string, FieldLine[1]> = Object.create(null) as Record<string, FieldLine[1]>
  for (const [name, value] of lines) fields[name] = value
  return fields
}

/**
 * Whether a 304 tells of the stored response (RFC 9111 §4.3.4): one with the validator of another response must not
 * bring this one up to date. An ETag decides alone, and by weak comparison, as what stands between may have weakened it.
 */
export function validates(notModified: HeaderFields, stored: readonly FieldLine[]): boolean {
  const { etag, lastModified } = validatorsIn(notModified)
  const known = validatorsIn(fieldsByName(stored))
  if (etag !== undefined) return known.etag !== undefined && opaquePart(etag) === opaquePart(known.etag)
  return lastModified === undefined || lastModified === known.lastModified
}

/**
 * Whether a response to HEAD still tells of the stored response to GET (RFC 9111 §4.3.5): it may bring its fields up to
 * date then; otherwise the stored response is to be considered stale.
 */
export function isSameAsStored(head: HeaderFields, stored: readonly FieldLine[]): boolean {
  const byName = fieldsByName(stored)
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const received = singleLine(head[name])
    return received === undefined || received === singleLine(byName[name])
  })
}

function validatorsIn(fields: HeaderFields): {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
} {
  return { etag: singleLine(fields['etag']), lastModified: singleLine(fields['last-modified']) }
}
