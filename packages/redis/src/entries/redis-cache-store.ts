/** Entries in Redis, under marks that every node sees: each method is one round trip as long as nothing was purged. */
import {
  codecIdOf,
  writeFrame,
  type CacheEntry,
  type CacheScope,
  type CacheStore,
  type CacheStoreStats,
  type Clock,
  type EntryTimes,
  type FoundEntry,
  type Mark,
  type MarkOptions,
} from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import type { RedisClock } from '../redis-clock.ts'
import { held } from './compression.ts'
import { EntryChanges } from './entry-changes.ts'
import { EntryNames } from './entry-names.ts'
import { foundEntry, foundHead, mostBytes } from './found-entry.ts'
import { MarksStore } from './marks-store.ts'
import { Reads } from './reads.ts'
import { entryScript } from './script/entry-script.ts'
import { marksScript } from './script/marks-script.ts'
import type { Script } from '../connection/script.ts'
import { Tally } from './tally.ts'

export interface RedisCacheStoreOptions {
  readonly connection: Connection
  readonly prefix: string
  /** Entries live on the server's clock. */
  readonly clock: RedisClock
  /** The clock of this process. */
  readonly local: Clock
  /** Values of at least this many bytes are compressed; Infinity: none are. */
  readonly compressAbove: number
  /** For tests, whose scripts are told the time. */
  readonly scripts?: EntryScripts
}

export interface EntryScripts {
  readonly entry: Script
  readonly marks: Script
}

/** One cache's part. */
interface Part {
  readonly names: EntryNames
  readonly marks: MarksStore
}

/** A frame that was not set, because something newer stands there. */
interface Refused {
  readonly scope: CacheScope
  readonly name: string
  readonly frame: Buffer
  /** The head of what stands there. */
  readonly newer: Buffer
}

const scripts: EntryScripts = { entry: entryScript(), marks: marksScript() }

/** Rejects when Redis does not answer in time. What it holds is read with suspicion: nothing that is no entry is found. */
export class RedisCacheStore implements CacheStore {
  readonly #options: RedisCacheStoreOptions
  readonly #scripts: EntryScripts
  readonly #reads: Reads
  readonly #changes: EntryChanges
  readonly #tally: Tally
  readonly #parts = new Map<string, Part>()

  constructor(options: RedisCacheStoreOptions) {
    this.#options = options
    this.#scripts = options.scripts ?? scripts
    this.#reads = new Reads(options)
    this.#changes = new EntryChanges(options.connection, this.#scripts.entry)
    this.#tally = new Tally(options.clock)
  }

  async get(scope: CacheScope, key: string): Promise<FoundEntry | undefined> {
    const part = this.#part(scope)
    const name = part.names.entry(key)
    const asked = part.marks.numbers
    const [head, bytes] = await this.#reads.ask([part.names.head, name])
    if (!bytes) {
      this.#tally.delete(name)
      return undefined
    }
    // An `await` of nothing would still cost every hit a turn of the microtask queue.
    const settled = part.marks.settle(head ?? null, asked)
    if (settled !== undefined) await settled
    return foundEntry({ scope, marks: part.marks, now: this.#options.clock.now() }, bytes)
  }

  /** Asks for all of them in one tick, so that `Reads` puts them together. */
  async getMany(scope: CacheScope, keys: readonly string[]): Promise<Map<string, FoundEntry>> {
    const wanted = [...new Set(keys)]
    const all = await Promise.all(wanted.map((key) => this.get(scope, key)))
    const found = new Map<string, FoundEntry>()
    for (const [index, key] of wanted.entries()) {
      const one = all[index]
      if (one !== undefined) found.set(key, one)
    }
    return found
  }

  async set(scope: CacheScope, key: string, entry: CacheEntry): Promise<boolean> {
    const part = this.#part(scope)
    if (!isSound(entry) || entry.deleteAt <= this.#options.clock.now()) return false
    if (entry.bytes > mostBytes || part.marks.isOutrun(entry)) return false
    const value = scope.codec.encode(entry.value)
    const frame = writeFrame(entry, codecIdOf(scope.codec), await held(value, this.#options.compressAbove))
    if (frame.length > mostBytes) return false
    const name = part.names.entry(key)
    const answer = await this.#changing(part, this.#changes.set(name, frame))
    if (answer === 'over') return false
    // By a mark that this node has learnt only now, beside the change.
    if (part.marks.isOutrun(entry)) {
      await this.#changes.drop(name, frame)
      return false
    }
    if (answer !== 'stored' && !(await this.#setInstead(part, { scope, name, frame, newer: answer })))
      return false
    await part.marks.reach(entry.deleteAt)
    this.#tally.set(name, frame.length, entry.deleteAt)
    return true
  }

  async touch(scope: CacheScope, key: string, times: EntryTimes): Promise<boolean> {
    if (!Number.isFinite(times.staleAt) || !Number.isFinite(times.deleteAt)) return false
    const part = this.#part(scope)
    const name = part.names.entry(key)
    const touched = await this.#changing(part, this.#changes.touch(name, times))
    const found = touched && foundHead(scope, touched)
    if (touched === undefined || found === undefined) return false
    if (part.marks.isOutrun(found)) {
      await this.#changes.drop(name, touched)
      return false
    }
    await part.marks.reach(times.deleteAt)
    this.#tally.prolong(name, times.deleteAt)
    return true
  }

  async delete(scope: CacheScope, key: string): Promise<boolean> {
    const part = this.#part(scope)
    const name = part.names.entry(key)
    const taken = await this.#changing(part, this.#changes.take(name))
    this.#tally.delete(name)
    const found = taken && foundHead(scope, taken)
    return found !== undefined && !part.marks.isOutrun(found)
  }

  stamp(scope: CacheScope): Promise<number> {
    return this.#part(scope).marks.stamp()
  }

  mark(scope: CacheScope, marks: readonly Mark[], options: MarkOptions): Promise<void> {
    return this.#part(scope).marks.mark(marks, options.soft)
  }

  /** Of what this process stored itself: see `Tally`. */
  stats(): CacheStoreStats {
    return this.#tally.stats()
  }

  /** Asks for the head of the marks beside the change, so that knowing them all costs no further round trip. */
  async #changing<Answer>(part: Part, change: Promise<Answer>): Promise<Answer> {
    const asked = part.marks.numbers
    const [answer, [head]] = await Promise.all([change, this.#reads.ask([part.names.head])])
    await part.marks.settle(head ?? null, asked)
    return answer
  }

  /** What is newer stays, unless a mark has outrun it: then nobody finds it, and it makes way. */
  async #setInstead({ marks }: Part, { scope, name, frame, newer }: Refused): Promise<boolean> {
    const found = foundHead(scope, newer)
    if (found !== undefined && !marks.isOutrun(found)) return false
    await this.#changes.drop(name, newer)
    return (await this.#changes.set(name, frame)) === 'stored'
  }

  #part({ name }: CacheScope): Part {
    let part = this.#parts.get(name)
    if (part === undefined) {
      const { connection, clock, local, prefix } = this.#options
      const names = new EntryNames(prefix, name)
      const marks = new MarksStore({ connection, clock, local, names, script: this.#scripts.marks })
      part = { names, marks }
      this.#parts.set(name, part)
    }
    return part
  }
}

function isSound({ stamp, storedAt, staleAt, deleteAt, bytes }: CacheEntry): boolean {
  return [stamp, storedAt, staleAt, deleteAt, bytes].every(Number.isFinite)
}
