/** May this response be stored by a shared cache (RFC 9111 §3)? */
import type { HeaderFields } from '../ports/http.ts'
import type { Governing } from './directives.ts'
import { isHeuristicallyCacheable } from './freshness.ts'
import { joinedLines, trimmed } from './field-list.ts'
import type { Reason } from './reasons.ts'
import { varyNames } from './secondary-key.ts'

export interface StorableRequest {
  readonly isAuthorized: boolean
  /** It carries a `Cookie`, and cookies are guarded. */
  readonly hasGuardedCookie: boolean
  /** A partition keeps users apart: within it nothing is private. */
  readonly isPartitioned: boolean
  /** Whether the key covers a request field: then responses may vary by it. */
  readonly isKeyed: (name: string) => boolean
}

export interface StorableResponse {
  readonly status: number
  /** All fields, those of outer middleware too. */
  readonly fields: HeaderFields
  readonly governing: Governing
  /** The handler has set a cookie, and that is refused. */
  readonly hasRefusedCookie: boolean
  /** The lifetime that it states itself, in ms; undefined for none. */
  readonly statedLifetimeMs: number | undefined
}

/**
 * Statuses that are never stored, whatever they say: those that answer the conditions, range or expectation of one
 * request, which no key covers, and those of RFC 6585.
 */
const neverStored: ReadonlySet<number> = new Set([304, 412, 416, 417, 428, 429, 431, 511])

/** Statuses whose caching rules this cache knows (RFC 9111 §5.2.2.3, RFC 9110 §15). */
const understood: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 414, 500, 501, 502, 503, 504,
])

/** Why it may not be stored; undefined when it may. Whether it has any lifetime is asked elsewhere. */
export function whyNotStorable(request: StorableRequest, response: StorableResponse): Reason | undefined {
  return (
    whyStatusForbids(response) ??
    whyDirectivesForbid(request, response) ??
    whyCredentialsForbid(request, response) ??
    whyFieldsForbid(request, response)
  )
}

/** Whether it says itself that it is for everyone, whoever asked for it (RFC 9111 §3.5). */
export function isForEveryone({ directives }: Governing, credentials: 'authorization' | 'cookie'): boolean {
  if (directives.isPublic || directives.sMaxage !== undefined) return true
  return credentials === 'authorization' && directives.mustRevalidate
}

function whyStatusForbids({ status, statedLifetimeMs, governing }: StorableResponse): Reason | undefined {
  // Elsewhere `Content-Range` has no meaning (RFC 9110 §14.4).
  if (status === 206) return 'content-range'
  if (status < 200 || status > 599 || neverStored.has(status)) return 'status'
  if (governing.directives.mustUnderstand && !understood.has(status)) return 'must-understand'
  // Others than the heuristically cacheable ones need to say it themselves (RFC 9111 §3).
  if (statedLifetimeMs !== undefined || isHeuristicallyCacheable(status)) return undefined
  return governing.directives.isPublic ? undefined : 'status'
}

function whyDirectivesForbid(request: StorableRequest, { governing }: StorableResponse): Reason | undefined {
  const { directives } = governing
  // `no-store` is there for caches that do not know `must-understand` (RFC 9111 §5.2.2.3).
  if (directives.noStore && !directives.mustUnderstand) return 'no-store'
  if (directives.isPrivate && !request.isPartitioned) return 'private'
  return directives.isMalformed ? 'malformed' : undefined
}

function whyCredentialsForbid(request: StorableRequest, response: StorableResponse): Reason | undefined {
  if (response.hasRefusedCookie) return 'set-cookie'
  if (request.isPartitioned) return undefined
  const { governing } = response
  if (
    request.isAuthorized &&
    !request.isKeyed('authorization') &&
    !isForEveryone(governing, 'authorization')
  ) {
    return 'authorization'
  }
  if (request.hasGuardedCookie && !request.isKeyed('cookie') && !isForEveryone(governing, 'cookie'))
    return 'cookie'
  return undefined
}

function whyFieldsForbid(request: StorableRequest, { fields }: StorableResponse): Reason | undefined {
  const names = varyNames(fields['vary'])
  if (names === '*') return 'vary-star'
  const isOpen = (name: string): boolean =>
    names.includes(name) && !request.isPartitioned && !request.isKeyed(name)
  if (isOpen('cookie') || isOpen('authorization')) return 'vary-credentials'
  if (fields['trailer'] !== undefined) return 'trailers'
  return isEventStream(fields) ? 'event-stream' : undefined
}

function isEventStream(fields: HeaderFields): boolean {
  return (
    trimmed(joinedLines(fields['content-type']).split(';', 1)[0] ?? '').toLowerCase() === 'text/event-stream'
  )
}
