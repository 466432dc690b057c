/** Which directives govern a response: targeted fields first, then `Cache-Control` (RFC 9213). */
import { parseDictionary, type BareItem } from '../kit/structured-field.ts'
import type { HeaderFields } from '../ports/http.ts'
import { meaningOf, responseDirectives, type ResponseDirectives } from './cache-control.ts'
import type { Directive } from './directive-list.ts'
import { joinedLines } from './field-list.ts'

export interface Governing {
  readonly directives: ResponseDirectives
  /** A targeted field governs: `Cache-Control` and `Expires` are then ignored. */
  readonly isTargeted: boolean
}

/** @param targets lower-case names of targeted fields, the most specific first. The first valid, non-empty one governs. */
export function governingDirectives(fields: HeaderFields, targets: readonly string[]): Governing {
  for (const target of targets) {
    const directives = targetedDirectives(fields, target)
    if (directives !== undefined) return { directives, isTargeted: true }
  }
  return { directives: responseDirectives(fields['cache-control']), isTargeted: false }
}

const numeric: ReadonlySet<string> = new Set([
  'max-age',
  's-maxage',
  'stale-while-revalidate',
  'stale-if-error',
])

/** Undefined when the field is absent, empty, no Dictionary, or a member has the wrong type (RFC 9213 §2.1). */
function targetedDirectives(fields: HeaderFields, target: string): ResponseDirectives | undefined {
  if (fields[target] === undefined) return undefined
  const members = parseDictionary(joinedLines(fields[target]))
  if (members === undefined || members.size === 0) return undefined
  const directives: Directive[] = []
  for (const [name, item] of members) {
    const directive = asDirective(name, item)
    if (directive === 'wrong type') return undefined
    if (directive !== undefined) directives.push(directive)
  }
  return meaningOf(directives)
}

/** Undefined for a directive that is said to be off: `no-store=?0`. */
function asDirective(name: string, item: BareItem): Directive | undefined | 'wrong type' {
  if (numeric.has(name)) {
    if (item.type !== 'integer') return 'wrong type'
    return { name, argument: String(item.value), isQuoted: false }
  }
  if (item.type === 'boolean') return item.value ? { name, argument: undefined, isQuoted: false } : undefined
  if (item.type === 'string') return { name, argument: item.value, isQuoted: true }
  return { name, argument: undefined, isQuoted: false }
}
