/** The secondary key: what a response's `Vary` makes of a request (RFC 9111 §4.1). */
import { digest } from '../kit/digest.ts'
import type { FieldValue, HeaderFields, RequestFields } from '../ports/http.ts'
import { isToken, joinedLines, listMembers, trimmed } from './field-list.ts'

/** More names than this, or longer ones, are nobody's honest `Vary`. */
const mostNames = 32

const coding = 'accept-encoding'

/** A longer key is stored as its digest. */
const longestKey = 200

/**
 * The field names in `Vary`, lower case, sorted, each once; `'*'` when nothing can match: a `*`, a name that is none, or
 * too many.
 */
export function varyNames(vary: FieldValue | undefined): readonly string[] | '*' {
  if (vary === undefined) return []
  const names = new Set<string>()
  for (const name of listMembers(vary)) {
    if (name === '*' || !isToken(name)) return '*'
    names.add(name.toLowerCase())
  }
  return names.size > mostNames ? '*' : [...names].toSorted()
}

/**
 * The names by which a response that is recorded here varies. What stands outside and compresses says `Vary:
 * Accept-Encoding` for what it will do, again and again; a response without a coding of its own serves everybody.
 */
export function ownVaryNames(fields: HeaderFields, outside: HeaderFields): readonly string[] | '*' {
  const names = varyNames(fields.vary)
  if (names === '*' || !names.includes(coding) || fields['content-encoding'] !== undefined) return names
  const others = varyNames(outside.vary)
  return others !== '*' && others.includes(coding) ? names.filter((name) => name !== coding) : names
}

/** Injective: names and values are written with their lengths, and what is absent differs from what is empty. */
export function secondaryKey(names: readonly string[], fields: RequestFields): string {
  let key = ''
  for (const name of names) {
    // `Vary: constructor` names a field that was not sent, not what every object has.
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    key += `${name.length}:${name}`
    if (value === undefined) {
      key += '-'
      continue
    }
    const normal = normalised(name, joinedLines(value))
    key += `${normal.length}:${normal}`
  }
  return key.length > longestKey ? `#${digest(key)}` : key
}

/** Lists whose spelling differs where their meaning does not: white space, and the case of types, codings and languages. */
const caseInsensitiveLists: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  coding,
  'accept-language',
])

/** Two requests with the same normal value are the same to whoever reads the field (RFC 9111 §4.1). */
function normalised(name: string, value: string): string {
  if (!caseInsensitiveLists.has(name) || value.includes('"')) return trimmed(value)
  return listMembers(value).map(normalMember).join(',')
}

/** The case of parameters may mean something: `version=A` (RFC 9110 §5.6.6). */
function normalMember(member: string): string {
  const [preferred = '', ...parameters] = member.split(';').map(trimmed)
  return [preferred.toLowerCase(), ...parameters].join(';')
}
