/** The suite of a rate-limit store: one test per sentence of its port. */
import { describe } from 'vitest'
import type { BackendHarness } from './backend-harness.ts'
import { adjusting } from './rate-limit-store/adjusting.ts'
import { atomicity } from './rate-limit-store/atomicity.ts'
import { blocking } from './rate-limit-store/blocking.ts'
import { counting } from './rate-limit-store/counting.ts'
import { identity } from './rate-limit-store/identity.ts'
import { pace } from './rate-limit-store/pace.ts'
import { peeking } from './rate-limit-store/peeking.ts'
import { recovery } from './rate-limit-store/recovery.ts'

/** Declares the tests; to be called at the top level of a test file or within `describe`. */
export function rateLimitStoreContract(harness: BackendHarness): void {
  describe(`${harness.name}: rate-limit store`, () => {
    counting(harness)
    recovery(harness)
    pace(harness)
    atomicity(harness)
    peeking(harness)
    adjusting(harness)
    blocking(harness)
    identity(harness)
  })
}
