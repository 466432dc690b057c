/** The suite of a cache store: one test per sentence of its port. */
import { describe } from 'vitest'
import type { BackendHarness } from './backend-harness.ts'
import { invalidationWins } from './cache-store/invalidation-wins.ts'
import { keeping } from './cache-store/keeping.ts'
import { marking } from './cache-store/marking.ts'
import { scopes } from './cache-store/scopes.ts'

/** Declares the tests; to be called at the top level of a test file or within `describe`. */
export function cacheStoreContract(harness: BackendHarness): void {
  describe(`${harness.name}: cache store`, () => {
    keeping(harness)
    marking(harness)
    invalidationWins(harness)
    scopes(harness)
  })
}
