/** What has to go for something new: first what nobody would find, then what was not used for longest, about. */
import type { Clock, FrameHead } from '@forebay/core'
import { headOf, type EntryTable } from './entry-table.ts'

export interface RoomOptions {
  readonly entries: EntryTable
  readonly clock: Clock
  readonly maxBytes: number
  /** Whether a mark concerns the entry under that name. */
  readonly isOutrun: (name: Buffer, head: FrameHead) => boolean
}

/** So many are looked at for some that leave: the part of them that is needed, at most half. */
const sampled = 32

/** One entry waits for no more than this; the next one goes on. */
const mostLeaving = 1_000

const perChore = 200

/** The part of what is there that stays when the disk is full, and for how long no more is tried. */
const keptWhenFull = 0.9
const loweredMs = 60_000

export class Room {
  readonly #options: RoomOptions
  #lowered = Infinity
  #loweredUntil = -Infinity

  constructor(options: RoomOptions) {
    this.#options = options
  }

  /** The disk is full: less is kept for a while. False when that is so already. */
  lower(): boolean {
    const { clock, entries } = this.#options
    const wasLowered = clock.now() < this.#loweredUntil
    this.#lowered = entries.stats().bytes * keptWhenFull
    this.#loweredUntil = clock.now() + loweredMs
    return !wasLowered
  }

  get #most(): number {
    const { clock, maxBytes } = this.#options
    return clock.now() < this.#loweredUntil ? Math.min(maxBytes, this.#lowered) : maxBytes
  }

  /** Within a `write`: false when so many bytes are not to be had now. */
  make(bytes: number): boolean {
    const { entries } = this.#options
    const most = this.#most - bytes
    for (let left = 0; entries.stats().bytes > most;) {
      const before = entries.stats().entries
      if (before === 0 || left >= mostLeaving) return entries.stats().bytes <= most
      this.#evict(most)
      left += Math.max(1, before - entries.stats().entries)
    }
    return true
  }

  /** Within a `write`: removes what nobody would find among the next entries; false at the end of a round. */
  sweep(): boolean {
    const { entries } = this.#options
    const { rows, isRound } = entries.next(perChore)
    for (const { key, value } of rows) if (this.#isGone(key, value)) entries.remove(key, value)
    return !isRound
  }

  #evict(most: number): void {
    const { entries } = this.#options
    const { rows } = entries.next(sampled)
    const alive = rows.filter(({ key, value }) => {
      if (this.#isGone(key, value)) entries.remove(key, value)
      else return true
      return false
    })
    const byUse = alive
      .map((row) => ({
        ...row,
        usedAt: Math.max(headOf(row.value)?.storedAt ?? 0, entries.uses.of(row.key)),
      }))
      .toSorted((one, other) => one.usedAt - other.usedAt)
    for (const { key, value } of byUse.slice(0, Math.ceil(byUse.length / 2))) {
      if (entries.stats().bytes <= most) return
      entries.remove(key, value, true)
    }
  }

  #isGone(name: Buffer, before: Buffer): boolean {
    const head = headOf(before)
    const { clock, isOutrun } = this.#options
    return head === undefined || head.deleteAt <= clock.now() || isOutrun(name, head)
  }
}

/** Whether the disk has no room. A write that the disk takes only a part of is an input/output error to lmdb. */
export function isFull(error: unknown): boolean {
  return /MDB_MAP_FULL|MDB_TXN_FULL|No space left|quota exceeded|Input\/output error/i.test(String(error))
}
