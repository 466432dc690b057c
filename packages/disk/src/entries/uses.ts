/** When entries were used last, noted now and then: a hit writes nothing. */
import { BoundedMap } from '@forebay/core'
import type { Table } from '../environment/table.ts'

/** A use is written down once in so long. */
const grainMs = 30_000

/** Those of which is known when a use of them was written down last, and those that wait to be. */
const mostKnown = 20_000
const mostWaiting = 5_000

const perChore = 500

export class Uses {
  readonly #table: Table
  readonly #written = new BoundedMap<string, number>(mostKnown)
  readonly #waiting = new Map<string, number>()

  constructor(table: Table) {
    this.#table = table
  }

  note(name: Buffer, now: number): void {
    const key = name.toString('latin1')
    if (now - (this.#written.get(key) ?? -Infinity) < grainMs || this.#waiting.size >= mostWaiting) return
    this.#written.set(key, now)
    this.#waiting.set(key, now)
  }

  /** 0 where none was noted. Within a `write`, like all that follows. */
  of(name: Buffer): number {
    return this.#table.get(name)?.readDoubleLE() ?? 0
  }

  forget(name: Buffer): void {
    this.#table.remove(name)
  }

  /** Of those that still are where `exists` says so; false when none is left to be written. */
  write(exists: (name: Buffer) => boolean): boolean {
    let left = perChore
    for (const [key, usedAt] of this.#waiting) {
      if (left-- === 0) break
      this.#waiting.delete(key)
      const name = Buffer.from(key, 'latin1')
      if (!exists(name)) continue
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(usedAt)
      this.#table.put(name, bytes)
    }
    return this.#waiting.size > 0
  }
}
