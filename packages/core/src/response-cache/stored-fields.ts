/** Which fields of a response are stored: the handler's own, end-to-end, and fit for somebody else (RFC 9111 §3.1). */
import type { FieldLine, FieldValue, HeaderFields } from '../ports/http.ts'
import { listMembers } from './field-list.ts'

/** Of one connection (RFC 9110 §7.6.1), or of one request. */
const neverStored: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Quotas are those of one client, and of one moment.
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  // Accounted for, and written anew.
  'age',
  'x-request-id',
])

const neverStoredPrefixes = ['ratelimit-', 'x-ratelimit-']

/** End-to-end by definition: a `Connection` field cannot take these away, and with them what they forbid. */
const neverHopByHop: ReadonlySet<string> = new Set([
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'set-cookie',
  'vary',
])

export interface StoredFieldRules {
  /** The fields that stood before the handler ran: they are each request's own. */
  readonly outside: HeaderFields
  /** Lower-case names that qualified `private` and `no-cache` keep from being stored. */
  readonly excluded: readonly string[]
  readonly storesSetCookie: boolean
}

/** The lines to store, `content-length` left to the caller, who knows the content. */
export function fieldsToStore(fields: HeaderFields, rules: StoredFieldRules): FieldLine[] {
  const hopByHop = new Set(listMembers(fields['connection']).map((name) => name.toLowerCase()))
  const lines: FieldLine[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'content-length' || isNeverStored(name) || rules.excluded.includes(name)) continue
    if (hopByHop.has(name) && !neverHopByHop.has(name)) continue
    if (name === 'set-cookie') {
      const cookies = rules.storesSetCookie ? cookiesSetInside(fields, rules.outside) : []
      if (cookies.length > 0) lines.push([name, cookies])
      continue
    }
    if (isSameValue(value, rules.outside[name])) continue
    lines.push(name === 'cache-status' ? [name, membersInside(value, rules.outside[name])] : [name, value])
  }
  return lines
}

/** The `Set-Cookie` lines that the handler added to those that stood before. */
export function cookiesSetInside(fields: HeaderFields, outside: HeaderFields): string[] {
  const before = linesOf(outside['set-cookie'])
  return linesOf(fields['set-cookie']).filter((line) => !before.includes(line))
}

/** What caches behind the handler said of this response stays true of it (RFC 9211 §2); what stands outside is said anew. */
function membersInside(value: FieldValue, outside: FieldValue | undefined): string {
  const before = listMembers(outside)
  return listMembers(value)
    .filter((member) => !before.includes(member))
    .join(', ')
}

/** The lines of a stored response, its cookies after those that stand outside: these are this request's own. */
export function besideCookies(
  stored: readonly FieldLine[],
  outside: FieldValue | undefined,
): readonly FieldLine[] {
  if (outside === undefined) return stored
  return stored.map((line) =>
    line[0] === 'set-cookie' ? [line[0], [...linesOf(outside), ...linesOf(line[1])]] : line,
  )
}

function isNeverStored(name: string): boolean {
  return neverStored.has(name) || neverStoredPrefixes.some((prefix) => name.startsWith(prefix))
}

function linesOf(value: FieldValue | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

function isSameValue(value: FieldValue, other: FieldValue | undefined): boolean {
  if (other === undefined) return false
  const lines = linesOf(value)
  const others = linesOf(other)
  return lines.length === others.length && lines.every((line, index) => line === others[index])
}
