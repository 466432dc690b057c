/** What a data cache has counted. */
import type { DataCacheStats } from './data-cache.ts'
import type { DataCore } from './data-core.ts'

const hottest = 10

export function statsOf({
  counts,
  backend,
  entries,
  hotKeys,
  backendLatencies,
  loaderLatencies,
}: DataCore): DataCacheStats {
  const used = counts.hits + counts.stale
  const asked = used + counts.misses
  return {
    ...counts,
    evictions: backend.entries.stats().evictions,
    hitRate: asked === 0 ? 0 : used / asked,
    backendMs: backendLatencies.quantiles(),
    loaderMs: loaderLatencies.quantiles(),
    backend: entries.state,
    hottestKeys: hotKeys.top(hottest),
  }
}
