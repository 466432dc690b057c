/** The suite of an adapter: what a client sees of limiter and cache, over real sockets. */
import { describe } from 'vitest'
import type { AdapterHarness } from './adapter-harness.ts'
import { cacheCoalescing } from './adapter/cache-coalescing.ts'
import { cacheCompression } from './adapter/cache-compression.ts'
import { cacheConditional } from './adapter/cache-conditional.ts'
import { cacheHits } from './adapter/cache-hits.ts'
import { cacheInvalidation } from './adapter/cache-invalidation.ts'
import { cacheKeys } from './adapter/cache-keys.ts'
import { cacheOwnPart } from './adapter/cache-own-part.ts'
import { cacheStale } from './adapter/cache-stale.ts'
import { cacheStoring } from './adapter/cache-storing.ts'
import { cacheWhole } from './adapter/cache-whole.ts'
import { limiterCounting } from './adapter/limiter-counting.ts'
import { limiterDenial } from './adapter/limiter-denial.ts'
import { limiterFields } from './adapter/limiter-fields.ts'
import { limiterOptions } from './adapter/limiter-options.ts'
import { connections } from './adapter/connections.ts'

/** Declares the tests; to be called at the top level of a test file or within `describe`. */
export function adapterContract(harness: AdapterHarness): void {
  describe(`${harness.name}: rate limiter`, () => {
    limiterFields(harness)
    limiterDenial(harness)
    limiterCounting(harness)
    limiterOptions(harness)
  })

  describe(`${harness.name}: response cache`, () => {
    cacheHits(harness)
    cacheStoring(harness)
    cacheKeys(harness)
    cacheConditional(harness)
    cacheOwnPart(harness)
    cacheInvalidation(harness)
    cacheStale(harness)
    cacheCoalescing(harness)
    cacheWhole(harness)
    cacheCompression(harness)
  })

  describe(`${harness.name}: connections`, () => {
    connections(harness)
  })
}
