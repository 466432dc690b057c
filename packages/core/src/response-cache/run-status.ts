/** The `Cache-Status` of a response for which the handler ran. */
import type { HeaderFields } from '../ports/http.ts'
import { cacheStatusValue, type CacheStatus } from './cache-status.ts'
import type { Run } from './run.ts'

/** After what stands in `fields`; undefined when switched off. */
export function runStatus(run: Run, fields: HeaderFields, status: CacheStatus): string | undefined {
  const { cacheStatus } = run.mount.settings
  return cacheStatus === undefined
    ? undefined
    : cacheStatusValue(cacheStatus, { fwd: run.why, ...status }, fields['cache-status'])
}
