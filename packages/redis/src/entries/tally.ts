/** What this process put into Redis and, as far as it knows, is still there. */
import { BoundedMap, type CacheStoreStats, type Clock } from '@forebay/core'

/** Of no more than this many entries, the latest, is kept count. */
const mostCounted = 10_000

/** What a key costs in Redis beside its name and its value: two table entries and the objects of both, roughly. */
const bytesPerKey = 130

interface Counted {
  readonly bytes: number
  readonly deleteAt: number
}

/** The server is not asked: it could tell neither the entries of one cache nor what another process put there. */
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

  /** Redis tells nobody whom it evicts: those are 0. */
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
