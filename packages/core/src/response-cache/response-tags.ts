/** What a response may be invalidated by, as its fields say: tags, and groups (RFC 9875). */
// None is left out, however many there are: a response would outlive the purge that should have ended it. Stores count
// what they cost.
import { parseList } from '../kit/structured-field.ts'
import type { FieldValue, HeaderFields } from '../ports/http.ts'
import { isBlank, joinedLines, listMembers } from './field-list.ts'

/** Of `Cache-Tag` (comma-separated) and `Surrogate-Key` (separated by spaces), each once. */
export function taggedBy(fields: HeaderFields): string[] {
  return [...new Set([...listMembers(fields['cache-tag']), ...words(fields['surrogate-key'])])]
}

/** Of `Cache-Groups`, case-sensitive (RFC 9875 §2). */
export function groupsOf(fields: HeaderFields): string[] {
  return groupNames(fields['cache-groups'])
}

/** Of `Cache-Group-Invalidation` (RFC 9875 §3). */
export function invalidatedGroups(fields: HeaderFields): string[] {
  return groupNames(fields['cache-group-invalidation'])
}

/** A List of Strings; anything else in it makes the field invalid, and it is ignored. */
function groupNames(value: FieldValue | undefined): string[] {
  if (value === undefined) return []
  const names: string[] = []
  for (const item of parseList(joinedLines(value)) ?? []) {
    if (item.type !== 'string') return []
    names.push(item.value)
  }
  return [...new Set(names)]
}

function words(value: FieldValue | undefined): string[] {
  const text = joinedLines(value)
  const found: string[] = []
  let from = 0
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !isBlank(text, at) && text[at] !== ',') continue
    if (at > from) found.push(text.slice(from, at))
    from = at + 1
  }
  return found
}
