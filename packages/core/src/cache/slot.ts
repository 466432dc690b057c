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
  #usedAt: number
  #place = -1

  constructor({ scope, key, bytes, entry, softened, usedAt }: SlotParts) {
    this.entry = entry
    this.softened = softened
    this.#scope = scope
    this.#key = key
    this.#bytes = bytes
    this.#livesUntilSecond = Math.floor(entry.deleteAt / 1_000)
    this.#checkedAt = scope.markedAt
    this.#usedAt = usedAt
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

  /** The tick of its last use. */
  get usedAt(): number {
    return this.#usedAt
  }

  set usedAt(tick: number) {
    this.#usedAt = tick
  }

  /** Where it stands among all slots; -1 once it has left. */
  get place(): number {
    return this.#place
  }

  set place(place: number) {
    this.#place = place
  }
}

export type SlotParts = Pick<Slot, 'scope' | 'key' | 'bytes' | 'entry' | 'softened' | 'usedAt'>

/** So many are looked at for one that leaves. */
const sampled = 16

/** Ticks stay small integers, which lie in the slot itself. */
const mostTicks = 2 ** 30

/**
 * The slots of all scopes. A use only notes when it was; whose last use is the longest ago among some drawn at random leaves.
 * So what was not used for long goes, about (among few, exactly), and a hit writes nothing but to the slot itself.
 */
export class SlotPool {
  readonly #slots: Slot[] = []
  #bytes = 0
  #tick = 0
  #draw = 1

  get size(): number {
    return this.#slots.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** For a use that is now. */
  tick(): number {
    if (++this.#tick === mostTicks) this.#halveTicks()
    return this.#tick
  }

  add(slot: Slot): void {
    slot.scope.slots.set(slot.key, slot)
    slot.place = this.#slots.length
    this.#slots.push(slot)
    this.#bytes += slot.bytes
  }

  remove(slot: Slot): void {
    const { place } = slot
    const last = this.#slots.at(-1)
    if (place === -1 || last === undefined) return
    slot.scope.slots.delete(slot.key)
    this.#slots[place] = last
    last.place = place
    slot.place = -1
    this.#slots.pop()
    this.#bytes -= slot.bytes
  }

  evict(): void {
    let leaving = this.#slots[0]
    const isFew = this.#slots.length <= sampled
    for (let index = 0; index < Math.min(sampled, this.#slots.length); index++) {
      const slot = this.#slots[isFew ? index : this.#drawn()]
      if (slot !== undefined && slot.usedAt < (leaving?.usedAt ?? Infinity)) leaving = slot
    }
    if (leaving !== undefined) this.remove(leaving)
  }

  clear(): void {
    for (let last = this.#slots.at(-1); last !== undefined; last = this.#slots.at(-1)) this.remove(last)
  }

  /** Lehmer's generator: which leave is nobody's secret. */
  #drawn(): number {
    this.#draw = (this.#draw * 48_271) % 2_147_483_647
    return this.#draw % this.#slots.length
  }

  #halveTicks(): void {
    this.#tick /= 2
    for (const slot of this.#slots) slot.usedAt = Math.floor(slot.usedAt / 2)
  }
}
