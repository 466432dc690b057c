/** What a tiered store holds of one scope. */
import { BoundedMap } from '../kit/bounded-map.ts'
import type { CacheScope, CacheStore } from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Arrivals } from './arrivals.ts'
import type { Coherence } from './coherence.ts'
import { FarReads } from './far-reads.ts'
import { NearCopies } from './near-copies.ts'

export interface TieredCacheStoreOptions {
  readonly near: CacheStore
  readonly nearClock: Clock
  readonly nearTtlMs: number
  readonly far: CacheStore
  readonly farClock: Clock
  readonly coherence: Coherence
}

/** Makers at work whose stamps are remembered; what others make becomes a copy when it is first read. */
const rememberedStamps = 4_096

export interface ScopeTier {
  readonly copies: NearCopies
  readonly reads: FarReads
  /** By stamp, the instant before it was asked for. */
  readonly stamped: BoundedMap<number, number>
}

export interface ScopeTierOptions extends TieredCacheStoreOptions {
  readonly scope: CacheScope
  /** Of the scope in near memory: nobody else uses it. */
  readonly nearName: string
  readonly arrivals: Arrivals
}

export function scopeTier(options: ScopeTierOptions): ScopeTier {
  const { near, nearClock, nearTtlMs, far, farClock, coherence, scope, nearName, arrivals } = options
  const copies = new NearCopies({
    arrivals,
    sharedName: scope.name,
    store: near,
    scope: { ...scope, name: nearName },
    storeClock: nearClock,
    clock: farClock,
    longestMs: nearTtlMs,
  })
  const reads = new FarReads({ far, copies, clock: farClock, isVouchedFor: () => coherence.isLive })
  return { copies, reads, stamped: new BoundedMap(rememberedStamps) }
}
