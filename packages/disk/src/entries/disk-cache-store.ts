/** Entries on disk, under marks that every process of the machine sees. */
import {
  codecIdOf,
  expectCodec,
  frameLayout,
  NoFrame,
  readFrameHead,
  readParts,
  writeFrame,
  type CacheEntry,
  type CacheScope,
  type CacheStore,
  type CacheStoreStats,
  type Clock,
  type EntryTimes,
  type FoundEntry,
  type FrameHead,
  type Logger,
  type Mark,
  type MarkOptions,
} from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { nameBytes, nameOf } from '../environment/names.ts'
import type { Upkeep } from '../environment/upkeep.ts'
import { bytesOnDisk, EntryTable } from './entry-table.ts'
import { MarksTable, marksTables, type MarksTables } from './marks-table.ts'
import { isFull, Room } from './room.ts'

export interface DiskCacheStoreOptions {
  readonly environment: Environment
  readonly clock: Clock
  readonly maxBytes: number
  readonly upkeep: Upkeep
  readonly logger: Logger
}

/** Marks, limits and what the file's trees take of themselves. */
const ownShare = 1 / 16

/** What stands before the value of an entry, within one change. */
interface Standing {
  readonly name: Buffer
  readonly before: Buffer
  readonly now: number
}

/** Every answer comes at once. What it holds is read with suspicion: nothing that is no entry is found. */
export class DiskCacheStore implements CacheStore {
  readonly #options: DiskCacheStoreOptions
  readonly #entries: EntryTable
  readonly #marks: MarksTables
  readonly #room: Room
  readonly #mostBytes: number
  /** By scope: its marks, by the name that its entries' names begin with. */
  readonly #parts = new Map<string, MarksTable>()
  readonly #names = new Map<string, Buffer>()

  constructor(options: DiskCacheStoreOptions) {
    const { environment, clock, maxBytes, upkeep } = options
    this.#options = options
    this.#entries = new EntryTable(environment)
    this.#marks = marksTables(environment)
    this.#mostBytes = Math.floor(maxBytes * (1 - ownShare))
    this.#room = new Room({
      entries: this.#entries,
      clock,
      maxBytes: this.#mostBytes,
      isOutrun: (name, head) => this.#marksOf(name).isOutrun(head),
    })
    upkeep.add(() => this.#room.sweep())
    upkeep.add(() => this.#entries.uses.write((name) => this.#entries.has(name)))
  }

  get(scope: CacheScope, key: string): FoundEntry | undefined {
    this.#options.environment.expectOpen()
    this.#options.upkeep.used()
    const name = this.#nameOf(scope, key)
    const before = this.#entries.before(name)
    if (before === undefined) return undefined
    try {
      return this.#found(scope, name, before)
    } catch (error) {
      scope.undecodable(error)
      return undefined
    }
  }

  getMany(scope: CacheScope, keys: readonly string[]): Map<string, FoundEntry> {
    const found = new Map<string, FoundEntry>()
    for (const key of keys) {
      const one = this.get(scope, key)
      if (one !== undefined) found.set(key, one)
    }
    return found
  }

  set(scope: CacheScope, key: string, entry: CacheEntry): boolean {
    if (!isSound(entry) || entry.bytes > this.#mostBytes) return false
    const encoded = scope.codec.encode(entry.value)
    const held = { bytes: encoded, length: encoded.byteLength, isDeflated: false }
    const frame = writeFrame(entry, codecIdOf(scope.codec), held)
    const valueAt = frame.length - encoded.byteLength
    const bytes = bytesOnDisk(valueAt, encoded.byteLength)
    if (bytes > this.#mostBytes) return false
    const kept = { before: frame.subarray(0, valueAt), value: frame.subarray(valueAt) }
    return this.#storing((now) => {
      const name = this.#nameOf(scope, key)
      const marks = this.#marksOf(name)
      if (entry.deleteAt <= now || marks.isOutrun(entry)) return false
      const before = this.#entries.before(name)
      const current = before && this.#alive(scope, { name, before, now })
      if (current !== undefined && current.stamp > entry.stamp) return false
      if (!this.#room.make(bytes)) return false
      this.#entries.put(name, kept)
      return true
    })
  }

  touch(scope: CacheScope, key: string, times: EntryTimes): boolean {
    if (!Number.isFinite(times.staleAt) || !Number.isFinite(times.deleteAt)) return false
    return this.#changing((now) => {
      const name = this.#nameOf(scope, key)
      const before = this.#entries.before(name)
      if (before === undefined || this.#alive(scope, { name, before, now }) === undefined) return false
      // They stand before what the checksum covers.
      before.writeDoubleLE(times.staleAt, frameLayout.staleAt)
      before.writeDoubleLE(times.deleteAt, frameLayout.deleteAt)
      this.#entries.putBefore(name, before)
      return true
    })
  }

  delete(scope: CacheScope, key: string): boolean {
    return this.#changing((now) => {
      const name = this.#nameOf(scope, key)
      const before = this.#entries.before(name)
      if (before === undefined) return false
      const wasAlive = this.#alive(scope, { name, before, now }) !== undefined
      this.#entries.remove(name, before)
      return wasAlive
    })
  }

  stamp(scope: CacheScope): number {
    return this.#changing(() => this.#part(this.#scopeName(scope.name)).stamp())
  }

  mark(scope: CacheScope, marks: readonly Mark[], options: MarkOptions): void {
    if (marks.length === 0) return
    this.#changing(() => this.#part(this.#scopeName(scope.name)).mark(marks, options.soft))
  }

  stats(): CacheStoreStats {
    return this.#entries.stats()
  }

  #found(scope: CacheScope, name: Buffer, before: Buffer): FoundEntry | undefined {
    const head = readFrameHead(before)
    const marks = this.#marksOf(name)
    const now = this.#options.clock.now()
    if (head.deleteAt <= now || marks.isOutrun(head)) return undefined
    expectCodec(scope.codec, head.codecId)
    const bytes = this.#entries.value(name)
    if (bytes === undefined) throw new NoFrame('without a value')
    const { held, codecId: _, length: __, ...entry } = readParts(head, before, bytes)
    this.#entries.uses.note(name, now)
    return {
      entry: { value: scope.codec.decode(held.bytes), ...entry },
      softened: marks.isSoftened(head),
    }
  }

  /** The head of what stands under the name, where it would be found; what is no entry is told to the scope. */
  #alive(scope: CacheScope, { name, before, now }: Standing): FrameHead | undefined {
    try {
      const head = readFrameHead(before)
      const marks = this.#marksOf(name)
      return head.deleteAt <= now || marks.isOutrun(head) ? undefined : head
    } catch (error) {
      scope.undecodable(error)
      return undefined
    }
  }

  /** All that there are by now of the entry's scope. */
  #marksOf(name: Buffer): MarksTable {
    const marks = this.#part(name.subarray(0, nameBytes))
    marks.learn()
    return marks
  }

  #changing<T>(change: (now: number) => T): T {
    this.#options.upkeep.used()
    return this.#options.environment.write(() => change(this.#options.clock.now()))
  }

  /** A disk without room is no failure of the backend: nothing is stored until there is some. */
  #storing(store: (now: number) => boolean): boolean {
    try {
      return this.#changing(store)
    } catch (error) {
      if (!isFull(error)) throw error
      this.#full(error)
      return false
    }
  }

  /** The file does not shrink, but what is free in it is used again, even where the disk has no room for more. */
  #full(error: unknown): void {
    if (this.#room.lower()) {
      this.#options.logger.warn('forebay: disk: there is no room for an entry; less is kept for now', error)
    }
    try {
      this.#changing(() => this.#room.make(0))
    } catch {
      // To write that something is gone takes a little room, too.
    }
  }

  #nameOf(scope: CacheScope, key: string): Buffer {
    return Buffer.concat([this.#scopeName(scope.name), nameOf(key)])
  }

  #scopeName(scope: string): Buffer {
    let name = this.#names.get(scope)
    if (name === undefined) {
      name = nameOf(scope)
      this.#names.set(scope, name)
    }
    return name
  }

  #part(scopeName: Buffer): MarksTable {
    const id = scopeName.toString('latin1')
    let part = this.#parts.get(id)
    if (part === undefined) {
      part = new MarksTable(this.#marks, Buffer.from(scopeName), this.#options.clock)
      this.#parts.set(id, part)
    }
    return part
  }
}

function isSound({ stamp, storedAt, staleAt, deleteAt, bytes }: CacheEntry): boolean {
  return [stamp, storedAt, staleAt, deleteAt, bytes].every(Number.isFinite)
}
