/** What the directives of a response or a request mean (RFC 9111 §5.2, RFC 5861 §3 and §4). */
import type { FieldValue } from '../ports/http.ts'
import { directiveList, type Directive } from './directive-list.ts'
import { listMembers } from './field-list.ts'

export interface ResponseDirectives {
  readonly noStore: boolean
  /** For the whole response; for single fields see `privateFields`. */
  readonly isPrivate: boolean
  /** Lower-case names of fields that are private: `private="set-cookie"`. */
  readonly privateFields: readonly string[]
  readonly noCache: boolean
  readonly noCacheFields: readonly string[]
  readonly isPublic: boolean
  readonly mustRevalidate: boolean
  readonly proxyRevalidate: boolean
  readonly mustUnderstand: boolean
  /** Seconds; 0 for an argument that is not a number of seconds (RFC 9111 §4.2.1). */
  readonly maxAge: number | undefined
  readonly sMaxage: number | undefined
  readonly staleWhileRevalidate: number | undefined
  readonly staleIfError: number | undefined
  /** Something could not be read: nothing should be concluded from the rest but what forbids. */
  readonly isMalformed: boolean
}

export interface RequestDirectives {
  readonly noStore: boolean
  readonly noCache: boolean
  readonly onlyIfCached: boolean
  /** Seconds. */
  readonly maxAge: number | undefined
  readonly minFresh: number | undefined
  /** Seconds; `Infinity` without an argument. */
  readonly maxStale: number | undefined
  readonly staleIfError: number | undefined
}

/** RFC 9111 §1.2.2: more is as good as for ever. */
const mostSeconds = 2 ** 31

/** Of the fields that say so: `Cache-Control`, or a targeted field in its syntax. */
export function responseDirectives(value: FieldValue | undefined): ResponseDirectives {
  const list = directiveList(value)
  return { ...meaningOf(list.directives), isMalformed: list.isMalformed }
}

/** The meaning of directives that were read already. */
export function meaningOf(directives: readonly Directive[]): ResponseDirectives {
  const byName = groupedByName(directives)
  const privates = fieldsNamedBy(byName.get('private'))
  const noCaches = fieldsNamedBy(byName.get('no-cache'))
  return {
    noStore: byName.has('no-store'),
    isPrivate: privates === 'all',
    privateFields: privates === 'all' ? [] : privates,
    noCache: noCaches === 'all',
    noCacheFields: noCaches === 'all' ? [] : noCaches,
    isPublic: byName.has('public'),
    mustRevalidate: byName.has('must-revalidate'),
    proxyRevalidate: byName.has('proxy-revalidate'),
    mustUnderstand: byName.has('must-understand'),
    maxAge: secondsOf(byName.get('max-age')),
    sMaxage: secondsOf(byName.get('s-maxage')),
    staleWhileRevalidate: secondsOf(byName.get('stale-while-revalidate')),
    staleIfError: secondsOf(byName.get('stale-if-error')),
    isMalformed: false,
  }
}

/** @param pragma counts as `no-cache` where there is no `Cache-Control` (RFC 9111 §5.4). */
export function requestDirectives(
  cacheControl: FieldValue | undefined,
  pragma: FieldValue | undefined,
): RequestDirectives {
  const byName = groupedByName(directiveList(cacheControl).directives)
  const isPragmaNoCache =
    cacheControl === undefined && directiveList(pragma).directives.some(({ name }) => name === 'no-cache')
  const maxStale = byName.get('max-stale')
  return {
    noStore: byName.has('no-store'),
    noCache: byName.has('no-cache') || isPragmaNoCache,
    onlyIfCached: byName.has('only-if-cached'),
    maxAge: secondsOf(byName.get('max-age')),
    minFresh: secondsOf(byName.get('min-fresh')),
    maxStale: maxStale?.some(({ argument }) => argument === undefined) ? Infinity : secondsOf(maxStale),
    staleIfError: secondsOf(byName.get('stale-if-error')),
  }
}

function groupedByName(directives: readonly Directive[]): ReadonlyMap<string, readonly Directive[]> {
  const byName = new Map<string, Directive[]>()
  for (const directive of directives) {
    const same = byName.get(directive.name)
    if (same === undefined) byName.set(directive.name, [directive])
    else same.push(directive)
  }
  return byName
}

/** Of several values the smallest: RFC 9111 §4.2.1 has the first, or stale; neither is exceeded then by much. */
function secondsOf(directives: readonly Directive[] | undefined): number | undefined {
  if (directives === undefined) return undefined
  return Math.min(...directives.map(({ argument }) => readSeconds(argument)))
}

/** Digits and nothing else; what is no number of seconds is no time at all. */
function readSeconds(argument: string | undefined): number {
  return argument !== undefined && /^\d+$/.test(argument) ? Math.min(Number(argument), mostSeconds) : 0
}

/**
 * The field names that a directive is limited to (RFC 9111 §5.2.2.4, §5.2.2.7). Only the quoted form limits it; an empty
 * one, or any other argument, says less than it must, and the directive then holds for the whole response.
 */
function fieldsNamedBy(directives: readonly Directive[] | undefined): readonly string[] | 'all' {
  if (directives === undefined) return []
  const names: string[] = []
  for (const { argument, isQuoted } of directives) {
    const listed = isQuoted ? listMembers(argument) : []
    if (listed.length === 0) return 'all'
    names.push(...listed.map((name) => name.toLowerCase()))
  }
  return names
}
