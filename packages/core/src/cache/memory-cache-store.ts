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
  /** Length first, so that no scope and key can spell another's. */
  readonly prefix: string
  readonly hard: Marks
  readonly soft: Marks
  /** The last number given out, to a stamp or a mark. */
  sequence: number
  /** The number of the last mark. */
  markedAt: number
}

interface Slot {
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
  readonly #slots: LRUCache<string, Slot>
  #evictions = 0

  constructor(options: MemoryCacheStoreOptions) {
    this.#clock = options.clock
    this.#maxEntries = options.maxEntries
    this.#maxMarkBytes = Math.floor(options.maxBytes * marksShare)
    this.#maxEntryBytes = options.maxBytes - this.#maxMarkBytes
    // Without `max`, lru-cache grows with its content instead of allocating room for every entry in advance.
    this.#slots = new LRUCache<string, Slot>({
      maxSize: this.#maxEntryBytes,
      dispose: (_slot, _key, reason) => {
        if (reason === 'evict') this.#evictions++
      },
    })
  }

  get({ name }: CacheScope, key: string): FoundEntry | undefined {
    const scope = this.#scopes.get(name)
    if (scope === undefined) return undefined
    const slotKey = scope.prefix + key
    const slot = this.#slots.get(slotKey)
    if (slot === undefined) return undefined
    if (slot.entry.deleteAt <= this.#clock.now()) {
      this.#slots.delete(slotKey)
      return undefined
    }
    if (slot.checkedAt !== scope.markedAt && !this.#survivesMarks(scope, slotKey, slot)) return undefined
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
    const slotKey = scope.prefix + key
    const bytes = entry.bytes + 2 * slotKey.length + bytesPerEntry + bytesOfLabels(entry.labels)
    if (bytes > this.#maxEntryBytes || !(entry.deleteAt > this.#clock.now())) return false
    if (scope.hard.outrun(entry.stamp, entry.labels, entry.path)) return false
    const current = this.get(cacheScope, key)
    if (current !== undefined && current.entry.stamp > entry.stamp) return false
    const softened = scope.soft.outrun(entry.stamp, entry.labels, entry.path)
    const slot: Slot = { entry, found: { entry, softened }, checkedAt: scope.markedAt }
    this.#slots.set(slotKey, slot, { size: Math.max(1, Math.ceil(bytes)) })
    while (this.#slots.size > this.#maxEntries) this.#slots.pop()
    return true
  }

  touch(cacheScope: CacheScope, key: string, { staleAt, deleteAt }: EntryTimes): boolean {
    const found = this.get(cacheScope, key)
    if (found === undefined) return false
    const scope = this.#scope(cacheScope.name)
    const slotKey = scope.prefix + key
    const slot = this.#slots.peek(slotKey)
    if (slot === undefined) return false
    const entry = { ...found.entry, staleAt, deleteAt }
    slot.entry = entry
    slot.found = { entry, softened: found.softened }
    return true
  }

  delete(cacheScope: CacheScope, key: string): boolean {
    const had = this.get(cacheScope, key) !== undefined
    const scope = this.#scopes.get(cacheScope.name)
    if (scope !== undefined) this.#slots.delete(scope.prefix + key)
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
      const prefix = `${name.length}:${name}:`
      scope = { prefix, hard: new Marks(), soft: new Marks(), sequence: 0, markedAt: 0 }
      this.#scopes.set(name, scope)
    }
    return scope
  }

  #survivesMarks(scope: Scope, slotKey: string, slot: Slot): boolean {
    const { entry } = slot
    if (scope.hard.outrun(entry.stamp, entry.labels, entry.path)) {
      this.#slots.delete(slotKey)
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
    if (this.#scopes.size === 1) {
      this.#slots.clear()
      return
    }
    const keys = [...this.#slots.keys()]
    for (const key of keys) if (key.startsWith(scope.prefix)) this.#slots.delete(key)
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
