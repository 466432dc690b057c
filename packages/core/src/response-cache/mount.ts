/** What a mount of the cache is made of. */
import type { CacheCore } from './cache-core.ts'
import type { CacheSettings } from './settings.ts'

export interface Mount {
  readonly core: CacheCore
  readonly settings: CacheSettings
}
