/** The states of many keys in flat arrays: a map from key to slot, and no object per key. */
import { HitLog } from './algorithms/hit-log.ts'
import type { State } from './algorithms/algorithm.ts'

const firstCapacity = 16

/** Set at each use, cleared when eviction passes by: a slot that is found clear was not used since. */
const recentlyUsed = 1
/** Denied when last asked: eviction must not free it. */
const exhausted = 2

/** How many slots one eviction looks at: bounded work per request. */
const slotsPerEviction = 32

/** Before a key's own words: the instant from which its state says no more than that of a key never seen. */
const settledAt = 0
const ownWords = 1

export interface KeyTableOptions {
  /** Numbers per key. */
  readonly words: number
  readonly keepsLog: boolean
}

/** A table is a cursor, too: `find` and `add` set `numbers`, `at` and `log` to the key's state. */
export class KeyTable implements State {
  numbers: Float64Array
  at = 0
  log: HitLog = new HitLog()
  readonly #stride: number
  readonly #logs: HitLog[] | undefined
  readonly #slots = new Map<string, number>()
  #keys: (string | undefined)[] = []
  #flags = new Uint8Array(firstCapacity)
  readonly #free: number[] = []
  #hand = 0

  constructor({ words, keepsLog }: KeyTableOptions) {
    this.#stride = words + ownWords
    this.numbers = new Float64Array(firstCapacity * this.#stride)
    this.#logs = keepsLog ? [] : undefined
  }

  get size(): number {
    return this.#slots.size
  }

  /** The key's slot, the cursor set to it; -1 when the table does not know the key. */
  find(key: string): number {
    const slot = this.#slots.get(key)
    if (slot === undefined) return -1
    this.at = slot * this.#stride + ownWords
    if (this.#logs !== undefined) this.log = this.#logs[slot]!
    return slot
  }

  /** Keeps the key that was found last, though nothing about it has changed. */
  keep(slot: number): void {
    this.#flags[slot]! |= recentlyUsed
  }

  /** A slot for a key that has none, the cursor set to it; its words are the caller's to write. */
  add(key: string): number {
    const slot = this.#free.pop() ?? this.#keys.length
    if (slot === this.#flags.length) this.#grow()
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    this.#flags[slot] = recentlyUsed
    this.at = slot * this.#stride + ownWords
    if (this.#logs !== undefined) {
      this.log = new HitLog()
      this.#logs[slot] = this.log
    }
    return slot
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    this.#release(slot, key)
    return true
  }

  /** Notes when the state will have settled, and whether the key was just denied. */
  note(slot: number, settlesAt: number, isExhausted: boolean): void {
    this.numbers[slot * this.#stride + settledAt] = settlesAt
    this.#flags[slot] = isExhausted ? recentlyUsed | exhausted : recentlyUsed
  }

  /**
   * Frees one slot: a settled one if one is met, else the first that was not used lately, else any that is not
   * exhausted. False when all that were looked at are exhausted: then nothing is freed.
   */
  evict(now: number): boolean {
    const length = this.#keys.length
    let fallback = -1
    for (let looked = 0; looked < Math.min(slotsPerEviction, length); looked++) {
      if (++this.#hand >= length) this.#hand = 0
      const slot = this.#hand
      const key = this.#keys[slot]
      if (key === undefined) continue
      const flags = this.#flags[slot]!
      if (this.numbers[slot * this.#stride + settledAt]! <= now || flags === 0) {
        this.#release(slot, key)
        return true
      }
      if ((flags & exhausted) === 0 && fallback === -1) fallback = slot
      this.#flags[slot] = flags & exhausted
    }
    const key = fallback === -1 ? undefined : this.#keys[fallback]
    if (key === undefined) return false
    this.#release(fallback, key)
    return true
  }

  #release(slot: number, key: string): void {
    this.#slots.delete(key)
    this.#keys[slot] = undefined
    this.#flags[slot] = 0
    // The log of a freed slot must not hold its memory.
    if (this.#logs) this.#logs[slot] = new HitLog()
    this.#free.push(slot)
  }

  #grow(): void {
    const capacity = this.#flags.length * 2
    const numbers = new Float64Array(capacity * this.#stride)
    numbers.set(this.numbers)
    this.numbers = numbers
    const flags = new Uint8Array(capacity)
    flags.set(this.#flags)
    this.#flags = flags
  }
}
