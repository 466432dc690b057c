/** What a finished run hands to those who waited for it. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { ForwardReason } from './cache-request.ts'
import type { ReadyAnswer, StoredResponse } from './stored-response.ts'
import type { Variant } from './variant-index.ts'

/** What all who waited for the same reason are given alike. */
export interface ReadyForAll extends ReadyAnswer {
  readonly why: ForwardReason
}

export interface Landed {
  readonly entry: CacheEntry
  readonly response: StoredResponse
  readonly variant: Variant
  /** The status of a run that failed, for which `response`, a stale one, stands in; undefined for the run's own response. */
  readonly failedWith: number | undefined
  /** When the run began, where the store did not take what it made: nobody can tell what was purged since. */
  readonly unvouchedSince: number | undefined
  /** Made by the first of those who wait. */
  ready: ReadyForAll | undefined
}
