/** One entry in memory, and the order in which entries leave it. */
import type { CacheEntry, EntryTimes, FoundEntry } from '../ports/cache-store.ts'
import type { Marks } from './marks.ts'

export interface SlotScope {
  /**
   * By the caller's own keys: putting a key of scope and key together, and hashing that, costs more than all else of a hit.
   * Places and not the slots themselves: V8 keeps the tables that a map has outgrown alive for long, and all that is in them.
   */
  readonly places: Map<string, number>
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
  #place = -1

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

  /** Where it stands among all slots; -1 once it has left. */
  get place(): number {
    return this.#place
  }

  set place(place: number) {
    this.#place = place
  }
}

export type SlotParts = Pick<Slot, 'scope' | 'key' | 'bytes' | 'entry' | 'softened'>

/** So many are looked at for one that leaves. */
const sampled = 16

/** Ticks fit in 32 bits. */
const mostTicks = 2 ** 30

const placesAtFirst = 64

/**
 * The slots of all scopes. A use only notes when it was; whose last use is the longest ago among some drawn at random leaves.
 * So what was not used for long goes, about (among few, exactly), and a hit writes a single number.
 */
export class SlotPool {
  readonly #slots: Slot[] = []
  /** By place, the tick of the last use. Side by side: in the slots, each one drawn would be memory to wait for. */
  #usedAt = new Int32Array(placesAtFirst)
  #bytes = 0
  #tick = 0
  #draw = 1

  get size(): number {
    return this.#slots.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** It is used now. */
  use({ place }: Slot): void {
    if (++this.#tick === mostTicks) this.#halveTicks()
    this.#usedAt[place] = this.#tick
  }

  at(place: number): Slot | undefined {
    return this.#slots[place]
  }

  add(slot: Slot): void {
    slot.place = this.#slots.length
    slot.scope.places.set(slot.key, slot.place)
    this.#slots.push(slot)
    if (this.#slots.length > this.#usedAt.length) this.#morePlaces()
    this.use(slot)
    this.#bytes += slot.bytes
  }

  remove(slot: Slot): void {
    const { place } = slot
    const last = this.#slots.at(-1)
    if (place === -1 || last === undefined) return
    slot.scope.places.delete(slot.key)
    this.#slots.pop()
    if (last !== slot) this.#move(last, place)
    slot.place = -1
    this.#bytes -= slot.bytes
  }

  evict(): void {
    const { length } = this.#slots
    const isFew = length <= sampled
    let leaving = 0
    let oldest = Infinity
    for (let index = 0; index < Math.min(sampled, length); index++) {
      const place = isFew ? index : this.#drawn()
      const usedAt = this.#usedAt[place] ?? Infinity
      if (usedAt >= oldest) continue
      leaving = place
      oldest = usedAt
    }
    const slot = this.#slots[leaving]
    if (slot !== undefined) this.remove(slot)
  }

  clear(): void {
    for (let last = this.#slots.at(-1); last !== undefined; last = this.#slots.at(-1)) this.remove(last)
  }

  #move(slot: Slot, place: number): void {
    this.#slots[place] = slot
    this.#usedAt[place] = this.#usedAt[slot.place] ?? 0
    slot.place = place
    slot.scope.places.set(slot.key, place)
  }

  /** Marsaglia's xorshift: which leave is nobody's secret. All in 32 bits, as a remainder of more costs more than the rest. */
  #drawn(): number {
    let draw = this.#draw
    draw ^= draw << 13
    draw ^= draw >>> 17
    draw ^= draw << 5
    this.#draw = draw
    return (draw >>> 0) % this.#slots.length
  }

  #halveTicks(): void {
    this.#tick /= 2
    this.#usedAt = this.#usedAt.map((tick) => tick >> 1)
  }

  #morePlaces(): void {
    const usedAt = new Int32Array(this.#usedAt.length * 2)
    usedAt.set(this.#usedAt)
    this.#usedAt = usedAt
  }
}
