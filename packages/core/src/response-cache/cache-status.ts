/** The `Cache-Status` response field (RFC 9211): what this cache did with the request. */
import type { FieldValue } from '../ports/http.ts'

/** RFC 9211 §2.2. */
export type ForwardedBecause =
  'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial'

/** `hit` and `fwd` exclude each other. */
export interface CacheStatus {
  readonly hit?: boolean | undefined
  readonly fwd?: ForwardedBecause | undefined
  readonly fwdStatus?: number | undefined
  /** Whole seconds of freshness left; negative once stale. */
  readonly ttl?: number | undefined
  readonly stored?: boolean | undefined
  readonly collapsed?: boolean | undefined
  /** A token. */
  readonly detail?: string | undefined
}

/** @param name a token, ours in the list. @param existing what other caches wrote before: kept, ours comes last. */
export function cacheStatusValue(
  name: string,
  status: CacheStatus,
  existing: FieldValue | undefined,
): string {
  let member = name
  if (status.hit === true) member += '; hit'
  if (status.fwd !== undefined) member += `; fwd=${status.fwd}`
  if (status.fwdStatus !== undefined) member += `; fwd-status=${status.fwdStatus}`
  if (status.ttl !== undefined) member += `; ttl=${status.ttl}`
  if (status.stored === true) member += '; stored'
  if (status.collapsed === true) member += '; collapsed'
  if (status.detail !== undefined) member += `; detail=${status.detail}`
  if (existing === undefined || existing.length === 0) return member
  return `${typeof existing === 'string' ? existing : existing.join(', ')}, ${member}`
}
