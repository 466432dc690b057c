/** All contestants that cache data; the first is the floor. */
import type { DataContestant } from '../../data-contestant.ts'
import { asyncCacheDedupe } from './async-cache-dedupe.ts'
import { bentocache } from './bentocache.ts'
import { cacheManager } from './cache-manager.ts'
import { cacheable } from './cacheable.ts'
import { forebayTiered } from './forebay-tiered.ts'
import { forebayContestants } from './forebay.ts'
import { plainLruCache } from './plain-lru-cache.ts'

export const dataContestants: readonly DataContestant[] = [
  plainLruCache,
  ...forebayContestants,
  forebayTiered,
  bentocache,
  cacheable,
  cacheManager,
  asyncCacheDedupe,
]
