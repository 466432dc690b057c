/** What becomes of a request in which the cache itself fails: the app answers it, as if there were no cache. */
import { isPromise } from '../kit/promise.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Mount } from './mount.ts'
import { bypass } from './pass-through.ts'
import { UserFunctionError } from './user-function.ts'

export function failed({ core, settings }: Mount, error: unknown): CacheOutcome {
  if (error instanceof UserFunctionError) core.userFunctionFailed(error)
  else core.ownFailure('handle', error)
  return bypass(settings, 'option-failed')
}

/** The same outcome, but for a rejection. */
export function rescued(mount: Mount, outcome: MaybePromise<CacheOutcome>): MaybePromise<CacheOutcome> {
  return isPromise(outcome) ? outcome.catch((error: unknown) => failed(mount, error)) : outcome
}
