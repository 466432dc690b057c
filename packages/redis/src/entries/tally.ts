/** What this process put into Redis and, as far as it knows, is still there. */
import { BoundedMap, type CacheStoreStats, type Clock } from '@forebay/core'

/** Only the latest so many entries are counted, so that the count takes bounded memory. */
const mostCounted = 10_000

/** What a key costs in Redis beside its name and its value, roughly: entries in the tables of keys and expiries, two objects. */
const bytesPerKey = 130

interface Counted {
  readonly bytes: number
  readonly deleteAt: number
}

/** The server is not asked, because it could only count all its keys, whosoever they are. */
export class Tally {
  readonly #clock: Clock
  readonly #counted = new BoundedMap<string, Counted>(mostCounted)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(name: string, bytes: number, deleteAt: number): void {
    this.#counted.set(name, { bytes: bytes + name.length + bytesPerKey, deleteAt })
  }

  prolong(name: string, deleteAt: number): void {
    const counted = this.#counted.get(name)
    if (counted !== undefined) this.#counted.set(name, { ...counted, deleteAt })
  }

  delete(name: string): void {
    this.#counted.delete(name)
  }

  /** `evictions` is always 0: Redis does not tell which keys it evicts. */
  stats(): CacheStoreStats {
    const now = this.#clock.now()
    let entries = 0
    let bytes = 0
    for (const counted of this.#counted.values()) {
      if (counted.deleteAt <= now) continue
      entries++
      bytes += counted.bytes
    }
    return { entries, bytes, evictions: 0 }
  }
}
