/** One entry in memory, and the order in which entries leave it. */
import type { CacheEntry, EntryTimes, FoundEntry } from '../ports/cache-store.ts'
import type { Marks } from './marks.ts'

export interface SlotScope {
  /** By the caller's own keys: putting a key of scope and key together, and hashing that, costs more than all else of a hit. */
  readonly slots: Map<string, Slot>
  readonly hard: Marks
  readonly soft: Marks
  /** The last number given out, to a stamp or a mark. */
  sequence: number
  /** The number of the last mark. */
  markedAt: number
}

/**
 * Is itself what `get` returns, so that a hit waits for as little memory as can be; for whoever gets it, it has an entry and
 * tells whether that is softened.
 */
export class Slot implements FoundEntry {
  entry: CacheEntry
  softened: boolean
  readonly #scope: SlotScope
  readonly #key: string
  readonly #bytes: number
  /** A small integer lies in the slot itself; the instant would be one more object that a hit has to wait for. */
  #livesUntilSecond: number
  #checkedAt: number
  #isUsed = false
  #newer: Slot | undefined
  #older: Slot | undefined

  constructor({ scope, key, bytes, entry, softened }: SlotParts) {
    this.entry = entry
    this.softened = softened
    this.#scope = scope
    this.#key = key
    this.#bytes = bytes
    this.#livesUntilSecond = Math.floor(entry.deleteAt / 1_000)
    this.#checkedAt = scope.markedAt
  }

  isOver(now: number): boolean {
    return now >= this.#livesUntilSecond * 1_000 && now >= this.entry.deleteAt
  }

  /** The same entry with another life. */
  relive(times: EntryTimes): void {
    this.entry = { ...this.entry, ...times }
    this.#livesUntilSecond = Math.floor(times.deleteAt / 1_000)
  }

  get scope(): SlotScope {
    return this.#scope
  }

  get key(): string {
    return this.#key
  }

  get bytes(): number {
    return this.#bytes
  }

  /** While no mark has come since the entry was last held against them, there is nothing to check. */
  get isChecked(): boolean {
    return this.#checkedAt === this.#scope.markedAt
  }

  checked(): void {
    this.#checkedAt = this.#scope.markedAt
  }

  used(): void {
    this.#isUsed = true
  }

  /** True once for all uses since it was last asked. */
  takeUse(): boolean {
    const isUsed = this.#isUsed
    this.#isUsed = false
    return isUsed
  }

  get newer(): Slot | undefined {
    return this.#newer
  }

  set newer(slot: Slot | undefined) {
    this.#newer = slot
  }

  get older(): Slot | undefined {
    return this.#older
  }

  set older(slot: Slot | undefined) {
    this.#older = slot
  }
}

export type SlotParts = Pick<Slot, 'scope' | 'key' | 'bytes' | 'entry' | 'softened'>

/** More are not looked at for one that leaves: then the oldest goes, used or not. */
const mostSpared = 10_000

/**
 * The slots of all scopes from the newest to the oldest. A use only notes that it was one; a slot that was used takes its
 * place among the newest when it would have to leave. So whatever was not used for longest goes, about, and a hit writes
 * nothing but to the slot itself.
 */
export class SlotQueue {
  #newest: Slot | undefined
  #oldest: Slot | undefined
  #size = 0
  #bytes = 0

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#bytes
  }

  add(slot: Slot): void {
    slot.scope.slots.set(slot.key, slot)
    this.#link(slot)
    this.#size++
    this.#bytes += slot.bytes
  }

  remove(slot: Slot): void {
    // Somebody else's, or removed before.
    if (slot.scope.slots.get(slot.key) !== slot) return
    slot.scope.slots.delete(slot.key)
    this.#unlink(slot)
    this.#size--
    this.#bytes -= slot.bytes
  }

  evict(): void {
    for (let spared = 0; spared < mostSpared && this.#oldest?.takeUse() === true; spared++) {
      const slot = this.#oldest
      this.#unlink(slot)
      this.#link(slot)
    }
    if (this.#oldest !== undefined) this.remove(this.#oldest)
  }

  clear(): void {
    while (this.#oldest !== undefined) this.remove(this.#oldest)
  }

  #link(slot: Slot): void {
    slot.older = this.#newest
    slot.newer = undefined
    if (this.#newest === undefined) this.#oldest = slot
    else this.#newest.newer = slot
    this.#newest = slot
  }

  #unlink(slot: Slot): void {
    const { newer, older } = slot
    if (newer === undefined) this.#newest = older
    else newer.older = older
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    slot.newer = undefined
    slot.older = undefined
  }
}
