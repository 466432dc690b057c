/** What a finished run hands to those who waited for it. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { StoredResponse } from './stored-response.ts'
import type { Variant } from './variant-index.ts'

export interface Landed {
  readonly entry: CacheEntry
  readonly response: StoredResponse
  readonly variant: Variant
}
