/** Whether a stored response may be reused for a request, as it stands now. */
import type { CacheRequest } from './cache-request.ts'
import { ageMs, type Use } from './hit.ts'
import { judgeReuse, type Reuse } from './reusable.ts'
import type { StoredResponse } from './stored-response.ts'

type Judged = Pick<Use, 'entry' | 'stored' | 'now'>

export function judgeUse({ entry, stored, now }: Judged, request: CacheRequest, softened: boolean): Reuse {
  const freshMs = entry.staleAt - now
  return judgeReuse(
    {
      freshMs: softened ? Math.min(0, freshMs) : freshMs,
      ageMs: ageMs(stored, now),
      mustValidate: stored.mustValidate,
      staleWhileRevalidateMs: stored.staleWhileRevalidateMs,
    },
    request.directives,
  )
}

/** A response that is not said to be for everyone is not for those who show credentials: it was made without them. */
export function mayShare(request: CacheRequest, { forEveryone }: StoredResponse): boolean {
  if (request.isAuthorized && !forEveryone.authorization) return false
  return !request.hasGuardedCookie || forEveryone.cookie
}
