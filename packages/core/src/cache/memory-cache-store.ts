/** Entries in this process's memory, bounded by bytes and by number, what was not used for longest going first, about. */
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
import type { Clock } from '../ports/clock.ts'
import { Marks } from './marks.ts'
import { Slot, SlotPool, type SlotScope } from './slot.ts'

export interface MemoryCacheStoreOptions {
  readonly clock: Clock
  /** Entries, keys, bookkeeping and marks together. */
  readonly maxBytes: number
  readonly maxEntries: number
}

/** Bytes of an entry beside its value and its key: the objects around it, roughly. */
const bytesPerEntry = 500

/** A label beside its characters: mostly put together of several texts. */
const bytesPerLabel = 90

/** The part of `maxBytes` that marks may take before the oldest are forgotten. */
const marksShare = 1 / 16

/** The store of `memoryBackend`. Everything it does is synchronous; expired entries go when they are met, or by eviction. */
export class MemoryCacheStore implements CacheStore {
  readonly #clock: Clock
  readonly #maxEntries: number
  readonly #maxEntryBytes: number
  readonly #maxMarkBytes: number
  readonly #scopes = new Map<string, SlotScope>()
  readonly #pool = new SlotPool()
  #evictions = 0

  constructor(options: MemoryCacheStoreOptions) {
    this.#clock = options.clock
    this.#maxEntries = options.maxEntries
    this.#maxMarkBytes = Math.floor(options.maxBytes * marksShare)
    this.#maxEntryBytes = options.maxBytes - this.#maxMarkBytes
  }

  get({ name }: CacheScope, key: string): Slot | undefined {
    const scope = this.#scopes.get(name)
    const place = scope?.places.get(key)
    if (scope === undefined || place === undefined) return undefined
    const slot = this.#pool.at(place)
    if (slot === undefined) return undefined
    if (slot.isOver(this.#clock.now())) {
      this.#pool.remove(slot)
      return undefined
    }
    if (!slot.isChecked && !this.#survivesMarks(scope, slot)) return undefined
    this.#pool.use(slot)
    return slot
  }

  getMany(cacheScope: CacheScope, keys: readonly string[]): Map<string, FoundEntry> {
    const found = new Map<string, FoundEntry>()
    for (const key of keys) {
      const one = this.get(cacheScope, key)
      if (one !== undefined) found.set(key, one)
    }
    return found
  }

  set(cacheScope: CacheScope, key: string, entry: CacheEntry): boolean {
    const scope = this.#scope(cacheScope.name)
    const bytes = Math.ceil(entry.bytes + 2 * key.length + bytesPerEntry + bytesOfLabels(entry.labels))
    if (bytes > this.#maxEntryBytes || !(entry.deleteAt > this.#clock.now())) return false
    if (scope.hard.outrun(entry.stamp, entry.labels, entry.path)) return false
    const current = this.get(cacheScope, key)
    if (current !== undefined && current.entry.stamp > entry.stamp) return false
    const softened = scope.soft.outrun(entry.stamp, entry.labels, entry.path)
    if (current !== undefined) this.#pool.remove(current)
    // Before it comes, so that it is never the one to go.
    this.#makeRoom(bytes)
    this.#pool.add(new Slot({ scope, key, bytes, entry, softened }))
    return true
  }

  touch(cacheScope: CacheScope, key: string, { staleAt, deleteAt }: EntryTimes): boolean {
    const slot = this.get(cacheScope, key)
    if (slot === undefined) return false
    slot.relive({ staleAt, deleteAt })
    return true
  }

  delete(cacheScope: CacheScope, key: string): boolean {
    const slot = this.get(cacheScope, key)
    if (slot !== undefined) this.#pool.remove(slot)
    return slot !== undefined
  }

  stamp({ name }: CacheScope): number {
    return ++this.#scope(name).sequence
  }

  mark({ name }: CacheScope, marks: readonly Mark[], options: MarkOptions): void {
    if (marks.length === 0) return
    const scope = this.#scope(name)
    scope.markedAt = ++scope.sequence
    const kept = options.soft ? scope.soft : scope.hard
    for (const mark of marks) kept.add(mark, scope.markedAt)
    if (!options.soft && marks.some((mark) => mark.type === 'all')) this.#freeScope(scope)
    this.#boundMarks()
  }

  stats(): CacheStoreStats {
    return {
      entries: this.#pool.size,
      bytes: this.#pool.bytes + this.#markBytes(),
      evictions: this.#evictions,
    }
  }

  /** Forgets every entry; marks and stamps stay, so that nothing made before can come back. */
  clear(): void {
    this.#pool.clear()
  }

  #scope(name: string): SlotScope {
    let scope = this.#scopes.get(name)
    if (scope === undefined) {
      scope = {
        places: new Map<string, number>(),
        hard: new Marks(),
        soft: new Marks(),
        sequence: 0,
        markedAt: 0,
      }
      this.#scopes.set(name, scope)
    }
    return scope
  }

  #survivesMarks(scope: SlotScope, slot: Slot): boolean {
    const { entry } = slot
    if (scope.hard.outrun(entry.stamp, entry.labels, entry.path)) {
      this.#pool.remove(slot)
      return false
    }
    if (scope.soft.outrun(entry.stamp, entry.labels, entry.path)) slot.softened = true
    slot.checked()
    return true
  }

  /** The marks alone make everything unreachable; this gives the memory back as well. */
  #freeScope(scope: SlotScope): void {
    const slots = [...scope.places.values()].map((place) => this.#pool.at(place))
    for (const slot of slots) if (slot !== undefined) this.#pool.remove(slot)
  }

  #makeRoom(bytes: number): void {
    while (this.#pool.bytes + bytes > this.#maxEntryBytes || this.#pool.size >= this.#maxEntries) {
      this.#pool.evict()
      this.#evictions++
    }
  }

  #boundMarks(): void {
    while (this.#markBytes() > this.#maxMarkBytes) {
      let largest: Marks | undefined
      for (const { hard, soft } of this.#scopes.values()) {
        if (hard.bytes > (largest?.bytes ?? 0)) largest = hard
        if (soft.bytes > (largest?.bytes ?? 0)) largest = soft
      }
      if (largest === undefined) return
      largest.collapse()
    }
  }

  #markBytes(): number {
    let bytes = 0
    for (const { hard, soft } of this.#scopes.values()) bytes += hard.bytes + soft.bytes
    return bytes
  }
}

function bytesOfLabels(labels: readonly string[]): number {
  let bytes = 0
  for (const label of labels) bytes += bytesPerLabel + label.length
  return bytes
}
