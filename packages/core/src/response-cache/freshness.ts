/** How long a response is fresh, how old it is, and how long a stale one may be used (RFC 9111 §4.2, RFC 5861). */
import type { FieldValue, HeaderFields } from '../ports/http.ts'
import type { Governing } from './directives.ts'
import { listMembers, singleLine } from './field-list.ts'
import { parseHttpDate } from './http-date.ts'

/** RFC 9110 §15.1: statuses that may be given a heuristic lifetime. */
const heuristicStatuses: ReadonlySet<number> = new Set([
  200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501,
])

/** Statuses for which `negativeTtl` holds in place of `ttl`. */
const negativeStatuses: ReadonlySet<number> = new Set([404, 405, 410, 414, 501])

export function isHeuristicallyCacheable(status: number): boolean {
  return heuristicStatuses.has(status)
}

export function isNegative(status: number): boolean {
  return negativeStatuses.has(status)
}

/**
 * The lifetime in ms that the response states itself (RFC 9111 §4.2.1): `s-maxage`, `max-age`, or `Expires` minus `Date`,
 * in this order; undefined when it states none. What is stated but cannot be read is no time at all.
 * @param now wall clock, stands for a missing `Date`.
 */
export function statedLifetimeMs(
  fields: HeaderFields,
  governing: Governing,
  now: number,
): number | undefined {
  const { sMaxage, maxAge } = governing.directives
  if (sMaxage !== undefined) return sMaxage * 1_000
  if (maxAge !== undefined) return maxAge * 1_000
  if (governing.isTargeted || fields['expires'] === undefined) return undefined
  const expires = oneDate(fields['expires'], now)
  if (expires === undefined) return 0
  return Math.max(0, expires - (oneDate(fields['date'], now) ?? now))
}

/** A tenth of what has passed since the last modification (RFC 9111 §4.2.2); undefined when there is nothing to go by. */
export function heuristicLifetimeMs(fields: HeaderFields, now: number): number | undefined {
  const modifiedAt = oneDate(fields['last-modified'], now)
  if (modifiedAt === undefined) return undefined
  return Math.max(0, ((oneDate(fields['date'], now) ?? now) - modifiedAt) / 10)
}

export interface ResponseTimes {
  /** Wall clock, ms: when the handler was asked, and when its response began. */
  readonly requestedAt: number
  readonly respondedAt: number
}

/** The response's age in ms when it arrived (RFC 9111 §4.2.3): what `Age` and `Date` say, whichever is more. */
export function initialAgeMs(fields: HeaderFields, { requestedAt, respondedAt }: ResponseTimes): number {
  const date = oneDate(fields['date'], respondedAt)
  const apparentMs = date === undefined ? 0 : Math.max(0, respondedAt - date)
  const stated = statedAgeSeconds(fields['age'])
  const correctedMs = stated === undefined ? 0 : stated * 1_000 + Math.max(0, respondedAt - requestedAt)
  // A `Date` that the handler's own process has just written says nothing below its grain of one second.
  return Math.max(apparentMs < 1_000 ? 0 : apparentMs, correctedMs)
}

/** `Age` in seconds: of several members the first (RFC 9111 §5.1); undefined when that is not a number of seconds. */
export function statedAgeSeconds(age: FieldValue | undefined): number | undefined {
  const [first] = listMembers(age)
  return first !== undefined && /^\d+$/.test(first) ? Math.min(Number(first), 2 ** 31) : undefined
}

export interface StaleWindows {
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
}

/** What the response forbids: to be used stale at all (RFC 9111 §4.2.4). */
export function forbidsStale({ directives }: Governing): boolean {
  const { mustRevalidate, proxyRevalidate, sMaxage, noCache } = directives
  // `s-maxage` means `proxy-revalidate` to a shared cache (RFC 9111 §5.2.2.10).
  return mustRevalidate || proxyRevalidate || sMaxage !== undefined || noCache
}

/** RFC 5861 §3 and §4: what the response says, else what the options say. */
export function staleWindows(governing: Governing, fallback: StaleWindows): StaleWindows {
  if (forbidsStale(governing)) return { staleWhileRevalidateMs: 0, staleIfErrorMs: 0 }
  const { staleWhileRevalidate, staleIfError } = governing.directives
  return {
    staleWhileRevalidateMs:
      staleWhileRevalidate === undefined ? fallback.staleWhileRevalidateMs : staleWhileRevalidate * 1_000,
    staleIfErrorMs: staleIfError === undefined ? fallback.staleIfErrorMs : staleIfError * 1_000,
  }
}

/** RFC 5861 §4: the answers of a handler that stand for its failure. */
export function isServerError(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504
}

function oneDate(value: FieldValue | undefined, now: number): number | undefined {
  const line = singleLine(value)
  return line === undefined ? undefined : parseHttpDate(line, now)
}
