/** Entries in two tiers: near copies in this process's memory, the truth behind them. */
import { isPromise } from '../kit/promise.ts'
import type {
  CacheEntry,
  CacheScope,
  CacheStore,
  CacheStoreStats,
  EntryTimes,
  FoundEntry,
  Mark,
  MarkOptions,
} from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { Arrivals, hashOfKey } from './arrivals.ts'
import type { Member } from './coherence.ts'
import type { Invalidation } from './invalidation-message.ts'
import type { Underway } from './near-copies.ts'
import { scopeTier, type ScopeTier, type TieredCacheStoreOptions } from './scope-tier.ts'

/** What the far tier says of itself, and how near memory serves. */
export interface TieredCacheStats extends CacheStoreStats {
  /** The copies in this process. */
  readonly near: CacheStoreStats
  /** Answered from near memory, without the far tier. */
  readonly nearHits: number
  readonly farHits: number
  readonly misses: number
  /** How often messages may have been missed, so that every near copy was given up. */
  readonly gaps: number
}

export interface TieredEntries extends CacheStore {
  stats(): TieredCacheStats
}

/** Tells two stores on one near backend apart. */
let stores = 0

/**
 * Reads are answered near where a copy is fresh and can be vouched for, synchronously; otherwise by the far tier, whose
 * answer becomes the copy. Writes go to the far tier first, which decides; then to near memory and to the other nodes.
 * Nothing stale is answered near: another node may have refreshed it.
 */
export class TieredCacheStore implements TieredEntries, Member {
  readonly #options: TieredCacheStoreOptions
  readonly #tiers = new Map<string, ScopeTier>()
  readonly #id = ++stores
  readonly #arrivals = new Arrivals()
  #nearHits = 0
  #farHits = 0
  #misses = 0
  #gaps = 0
  #isClosed = false

  constructor(options: TieredCacheStoreOptions) {
    this.#options = options
  }

  get(scope: CacheScope, key: string): MaybePromise<FoundEntry | undefined> {
    return this.atHand(scope, key) ?? this.#counted(this.#tier(scope).reads.get(scope, key))
  }

  atHand(scope: CacheScope, key: string): FoundEntry | undefined {
    const { copies } = this.#tier(scope)
    const found = this.#options.coherence.isLive ? copies.find(key) : undefined
    if (found !== undefined) this.#nearHits++
    return found
  }

  getMany(scope: CacheScope, keys: readonly string[]): MaybePromise<ReadonlyMap<string, FoundEntry>> {
    const { copies, reads } = this.#tier(scope)
    const near = new Map<string, FoundEntry>()
    const far = new Set<string>()
    const { isLive } = this.#options.coherence
    for (const key of keys) {
      const found = isLive ? copies.find(key) : undefined
      if (found === undefined) far.add(key)
      else near.set(key, found)
    }
    this.#nearHits += near.size
    if (far.size === 0) return near
    return reads.getMany(scope, [...far]).then((found) => {
      this.#farHits += found.size
      this.#misses += far.size - found.size
      return near.size === 0 ? found : new Map([...near, ...found])
    })
  }

  async set(scope: CacheScope, key: string, entry: CacheEntry): Promise<boolean> {
    const { copies, stamped } = this.#tier(scope)
    const call = copies.begin(key, this.#options.coherence.isLive)
    if (!(await this.#change(scope, key, call, () => this.#options.far.set(scope, key, entry)))) return false
    copies.written(key, call, entry, stamped.get(entry.stamp))
    // Not waited for: the bus is given it before whatever the caller says next, and again until it was taken.
    this.#tell([ofKey(scope, key)]).catch(ignore)
    return true
  }

  async touch(scope: CacheScope, key: string, times: EntryTimes): Promise<boolean> {
    const { copies } = this.#tier(scope)
    const call = copies.begin(key, this.#options.coherence.isLive)
    if (!(await this.#change(scope, key, call, () => this.#options.far.touch(scope, key, times))))
      return false
    if (!copies.touched(key, call, times)) await this.#tell([ofKey(scope, key)])
    return true
  }

  async delete(scope: CacheScope, key: string): Promise<boolean> {
    const { copies } = this.#tier(scope)
    return this.#invalidate([ofKey(scope, key)], {
      near: () => copies.drop(key),
      far: () => this.#options.far.delete(scope, key),
    })
  }

  stamp(scope: CacheScope): MaybePromise<number> {
    const { stamped } = this.#tier(scope)
    const stamp = this.#options.far.stamp(scope)
    // What is not heard from here on cannot be held against the entry.
    if (!this.#options.coherence.isLive) return stamp
    const instant = this.#arrivals.instant()
    const note = (made: number): number => {
      stamped.set(made, instant)
      return made
    }
    return isPromise(stamp) ? stamp.then(note) : note(stamp)
  }

  async mark(scope: CacheScope, marks: readonly Mark[], options: MarkOptions): Promise<void> {
    if (marks.length === 0) return
    const invalidations = marks.map((mark): Invalidation => ({ type: 'mark', scope: scope.name, mark }))
    const { copies } = this.#tier(scope)
    await this.#invalidate(invalidations, {
      near: () => copies.mark(marks),
      far: () => this.#options.far.mark(scope, marks, options),
    })
  }

  stats(): TieredCacheStats {
    return {
      ...this.#options.far.stats(),
      near: this.#options.near.stats(),
      nearHits: this.#nearHits,
      farHits: this.#farHits,
      misses: this.#misses,
      gaps: this.#gaps,
    }
  }

  told(invalidations: readonly Invalidation[]): void {
    const marks = new Map<ScopeTier, Mark[]>()
    for (const invalidation of invalidations) {
      if (invalidation.type === 'everything') return this.#giveUpAll()
      if (invalidation.type === 'key') this.#arrivals.heard(invalidation.hash)
      else {
        const tier = this.#tiers.get(invalidation.scope)
        // Of a scope that was never used here nothing is known that could be wrong.
        if (tier === undefined) continue
        const made = marks.get(tier)
        if (made === undefined) marks.set(tier, [invalidation.mark])
        else made.push(invalidation.mark)
      }
    }
    for (const [{ copies }, made] of marks) copies.mark(made)
  }

  missed(): void {
    this.#gaps++
    this.#giveUpAll()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#options.coherence.leave(this)
  }

  #giveUpAll(): void {
    for (const { copies } of this.#tiers.values()) copies.mark([{ type: 'all' }])
  }

  /** False, and nothing kept near, where the far tier refused it. What failed may have been done all the same. */
  async #change(
    scope: CacheScope,
    key: string,
    call: Underway,
    made: () => MaybePromise<boolean>,
  ): Promise<boolean> {
    const { copies } = this.#tier(scope)
    try {
      if (await made()) return true
    } catch (error) {
      copies.refused(key, call)
      this.#tell([ofKey(scope, key)]).catch(ignore)
      throw error
    }
    copies.refused(key, call)
    return false
  }

  /** Gone here at once; and again when the far tier has confirmed, as what was read meanwhile may be older than that. */
  async #invalidate<T>(
    invalidations: readonly Invalidation[],
    made: { readonly near: () => void; readonly far: () => MaybePromise<T> },
  ): Promise<T> {
    made.near()
    try {
      return await made.far()
    } finally {
      // Also when that failed, as it may have been done all the same. Whoever invalidates hears when others were not told.
      made.near()
      await this.#tell(invalidations)
    }
  }

  #tell(invalidations: readonly Invalidation[]): Promise<void> {
    // A store that is closed changes nothing any more.
    if (this.#isClosed) return Promise.resolve()
    return this.#options.coherence.tell(this, invalidations)
  }

  async #counted(read: Promise<FoundEntry | undefined>): Promise<FoundEntry | undefined> {
    const found = await read
    if (found === undefined) this.#misses++
    else this.#farHits++
    return found
  }

  #tier(scope: CacheScope): ScopeTier {
    return this.#tiers.get(scope.name) ?? this.#addTier(scope)
  }

  #addTier(scope: CacheScope): ScopeTier {
    // On first use, not before: whoever only makes a backend connects to nothing.
    if (!this.#isClosed) this.#options.coherence.join(this)
    const nearName = `tier ${this.#id}:${scope.name}`
    const tier = scopeTier({ ...this.#options, scope, nearName, arrivals: this.#arrivals })
    this.#tiers.set(scope.name, tier)
    return tier
  }
}

function ofKey(scope: CacheScope, key: string): Invalidation {
  return { type: 'key', hash: hashOfKey(scope.name, key) }
}

function ignore(): void {}
