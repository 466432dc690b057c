/** Entries in this process's memory, bounded by bytes and by number, the least recently used going first. */
import { LRUCache } from 'lru-cache'
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

interface Scope {
  /** By the caller's own keys: putting a key of scope and key together, and hashing that, costs more than all else of a hit. */
  readonly slots: Map<string, Slot>
  readonly hard: Marks
  readonly soft: Marks
  /** The last number given out, to a stamp or a mark. */
  sequence: number
  /** The number of the last mark. */
  markedAt: number
}

interface Slot {
  readonly scope: Scope
  readonly key: string
  entry: CacheEntry
  /** What `get` returns: made once, not per hit. */
  found: FoundEntry
  /** `Scope.markedAt` when the entry was last held against the marks: while it has not moved, there is nothing to check. */
  checkedAt: number
}

/** The store of `memoryBackend`. Everything it does is synchronous; expired entries go when they are met, or by eviction. */
export class MemoryCacheStore implements CacheStore {
  readonly #clock: Clock
  readonly #maxEntries: number
  readonly #maxEntryBytes: number
  readonly #maxMarkBytes: number
  readonly #scopes = new Map<string, Scope>()
  /** Of all scopes; which is the least recently used, and what they weigh. */
  readonly #slots: LRUCache<Slot, true>
  #evictions = 0

  constructor(options: MemoryCacheStoreOptions) {
    this.#clock = options.clock
    this.#maxEntries = options.maxEntries
    this.#maxMarkBytes = Math.floor(options.maxBytes * marksShare)
    this.#maxEntryBytes = options.maxBytes - this.#maxMarkBytes
    // Without `max`, lru-cache grows with its content instead of allocating room for every entry in advance.
    this.#slots = new LRUCache<Slot, true>({
      maxSize: this.#maxEntryBytes,
      dispose: (_, { scope, key }, reason) => {
        scope.slots.delete(key)
        if (reason === 'evict') this.#evictions++
      },
    })
  }

  get({ name }: CacheScope, key: string): FoundEntry | undefined {
    const scope = this.#scopes.get(name)
    const slot = scope?.slots.get(key)
    if (scope === undefined || slot === undefined) return undefined
    if (slot.entry.deleteAt <= this.#clock.now()) {
      this.#slots.delete(slot)
      return undefined
    }
    if (slot.checkedAt !== scope.markedAt && !this.#survivesMarks(scope, slot)) return undefined
    this.#slots.get(slot)
    return slot.found
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
    const bytes = entry.bytes + 2 * key.length + bytesPerEntry + bytesOfLabels(entry.labels)
    if (bytes > this.#maxEntryBytes || !(entry.deleteAt > this.#clock.now())) return false
    if (scope.hard.outrun(entry.stamp, entry.labels, entry.path)) return false
    const current = this.get(cacheScope, key)
    if (current !== undefined && current.entry.stamp > entry.stamp) return false
    const softened = scope.soft.outrun(entry.stamp, entry.labels, entry.path)
    const before = scope.slots.get(key)
    if (before !== undefined) this.#slots.delete(before)
    const slot: Slot = { scope, key, entry, found: { entry, softened }, checkedAt: scope.markedAt }
    scope.slots.set(key, slot)
    this.#slots.set(slot, true, { size: Math.max(1, Math.ceil(bytes)) })
    while (this.#slots.size > this.#maxEntries) this.#slots.pop()
    return true
  }

  touch(cacheScope: CacheScope, key: string, { staleAt, deleteAt }: EntryTimes): boolean {
    const found = this.get(cacheScope, key)
    if (found === undefined) return false
    const slot = this.#scope(cacheScope.name).slots.get(key)
    if (slot === undefined) return false
    const entry = { ...found.entry, staleAt, deleteAt }
    slot.entry = entry
    slot.found = { entry, softened: found.softened }
    return true
  }

  delete(cacheScope: CacheScope, key: string): boolean {
    const had = this.get(cacheScope, key) !== undefined
    const slot = this.#scopes.get(cacheScope.name)?.slots.get(key)
    if (slot !== undefined) this.#slots.delete(slot)
    return had
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
      entries: this.#slots.size,
      bytes: this.#slots.calculatedSize + this.#markBytes(),
      evictions: this.#evictions,
    }
  }

  /** Forgets every entry; marks and stamps stay, so that nothing made before can come back. */
  clear(): void {
    this.#slots.clear()
  }

  #scope(name: string): Scope {
    let scope = this.#scopes.get(name)
    if (scope === undefined) {
      scope = {
        slots: new Map<string, Slot>(),
        hard: new Marks(),
        soft: new Marks(),
        sequence: 0,
        markedAt: 0,
      }
      this.#scopes.set(name, scope)
    }
    return scope
  }

  #survivesMarks(scope: Scope, slot: Slot): boolean {
    const { entry } = slot
    if (scope.hard.outrun(entry.stamp, entry.labels, entry.path)) {
      this.#slots.delete(slot)
      return false
    }
    if (!slot.found.softened && scope.soft.outrun(entry.stamp, entry.labels, entry.path)) {
      slot.found = { entry, softened: true }
    }
    slot.checkedAt = scope.markedAt
    return true
  }

  /** The marks alone make everything unreachable; this gives the memory back as well. */
  #freeScope(scope: Scope): void {
    const slots = [...scope.slots.values()]
    for (const slot of slots) this.#slots.delete(slot)
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
