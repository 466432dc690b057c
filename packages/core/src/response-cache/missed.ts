/** A request for which nothing that is stored will do, and how it goes on when it has waited. */
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Miss } from './cache-request.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'

/**
 * `first`: the request has just come. `again`: it has waited for a response that was not for it. `alone`: it has waited
 * for one that cannot be shared, and waits no more.
 */
export type Round = 'first' | 'again' | 'alone'

export interface Missed {
  readonly mount: Mount
  readonly miss: Miss
  readonly round: Round
  readonly after: AfterWaiting
  /** What whoever asked was given already, as it has waited for the store. */
  readonly waiting: Waiting | undefined
}

/** A promise that somebody has been given. It never rejects. */
export interface Waiting {
  readonly outcome: Promise<CacheOutcome>
  readonly resolve: (outcome: MaybePromise<CacheOutcome>) => void
}

/** What a waiting request does when the wait is over. The same object for all of them. */
export interface AfterWaiting {
  landed(missed: Missed, landed: Landed): MaybePromise<CacheOutcome>
  again(missed: Missed): MaybePromise<CacheOutcome>
  runAlone(missed: Missed): MaybePromise<CacheOutcome>
}
