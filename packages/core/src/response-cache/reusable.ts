/** May a stored response answer this request now, without asking the handler (RFC 9111 §4)? */
import type { RequestDirectives } from './cache-control.ts'
import type { Reason } from './reasons.ts'

export interface ReusableResponse {
  /** Ms of freshness left; negative once stale. */
  readonly freshMs: number
  readonly ageMs: number
  /** `no-cache`: every use is validated; `must-revalidate` and the like: a stale one is. */
  readonly mustValidate: 'always' | 'when-stale' | 'never'
  readonly staleWhileRevalidateMs: number
}

export type Reuse =
  /** It answers as it is. */
  | { readonly type: 'reuse'; readonly reason: Reason }
  /** It answers as it is, and is refreshed in the background. */
  | { readonly type: 'refresh'; readonly reason: Reason }
  /** The handler is asked first. `by` tells in the words of RFC 9211 whether the request or its age wants that. */
  | { readonly type: 'validate'; readonly reason: Reason; readonly by: 'request' | 'stale' }

/** @param request undefined when the client's directives are ignored. */
export function judgeReuse(response: ReusableResponse, request: RequestDirectives | undefined): Reuse {
  if (response.mustValidate === 'always') return { type: 'validate', reason: 'no-cache', by: 'stale' }
  const objection = request === undefined ? undefined : objectionOf(request, response)
  if (objection !== undefined) return { type: 'validate', reason: objection, by: 'request' }
  if (response.freshMs > 0) return fresh
  if (response.mustValidate === 'when-stale') return { type: 'validate', reason: 'stale', by: 'stale' }
  if (request?.maxStale !== undefined) {
    return -response.freshMs <= request.maxStale * 1_000
      ? { type: 'reuse', reason: 'max-stale' }
      : { type: 'validate', reason: 'stale', by: 'stale' }
  }
  return -response.freshMs < response.staleWhileRevalidateMs
    ? { type: 'refresh', reason: 'stale-while-revalidate' }
    : { type: 'validate', reason: 'stale', by: 'stale' }
}

/** What is said of nearly every use. */
const fresh: Reuse = { type: 'reuse', reason: 'fresh' }

/** What the client does not accept (RFC 9111 §5.2.1). With `max-age` nothing stale, unless there is `max-stale`. */
function objectionOf(request: RequestDirectives, { ageMs, freshMs }: ReusableResponse): Reason | undefined {
  const { maxAge, maxStale, minFresh } = request
  if (request.noCache) return 'request-no-cache'
  const isTooStale = freshMs <= 0 && maxStale === undefined
  if (maxAge !== undefined && (ageMs > maxAge * 1_000 || isTooStale)) return 'request-max-age'
  return minFresh !== undefined && freshMs < minFresh * 1_000 ? 'request-min-fresh' : undefined
}
