/** Reads of one cache from the far tier: one at a time per key, whoever asks. */
import type { CacheScope, CacheStore, FoundEntry } from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { NearCopies } from './near-copies.ts'

export interface FarReadsOptions {
  readonly far: CacheStore
  readonly copies: NearCopies
  readonly clock: Clock
  readonly isVouchedFor: () => boolean
}

type Found = ReadonlyMap<string, FoundEntry>

interface Reading {
  readonly found: Promise<Found>
  readonly startedAt: number
}

/** An answer that comes while something is heard of its key is asked for again; a key that never rests is a miss. */
const mostAttempts = 5

/** Whoever asks later does not wait for an answer that is this late. */
const lateMs = 1_000

export class FarReads {
  readonly #options: FarReadsOptions
  readonly #readings = new Map<string, Reading>()

  constructor(options: FarReadsOptions) {
    this.#options = options
  }

  async get(scope: CacheScope, key: string): Promise<FoundEntry | undefined> {
    return (await (this.#reading(key) ?? this.#read(scope, [key]))).get(key)
  }

  async getMany(scope: CacheScope, keys: readonly string[]): Promise<Found> {
    const sources = new Map<string, Promise<Found>>()
    for (const key of keys) {
      const reading = this.#reading(key)
      if (reading !== undefined) sources.set(key, reading)
    }
    const asked = keys.filter((key) => !sources.has(key))
    if (asked.length > 0) {
      const read = this.#read(scope, asked)
      for (const key of asked) sources.set(key, read)
    }
    const found = new Map<string, FoundEntry>()
    for (const [key, entries] of await settled(sources)) {
      const one = entries.get(key)
      if (one !== undefined) found.set(key, one)
    }
    return found
  }

  #reading(key: string): Promise<Found> | undefined {
    const reading = this.#readings.get(key)
    const isLate = reading !== undefined && this.#options.clock.now() - reading.startedAt > lateMs
    return isLate ? undefined : reading?.found
  }

  #read(scope: CacheScope, keys: readonly string[]): Promise<Found> {
    const reading = { found: this.#ask(scope, keys), startedAt: this.#options.clock.now() }
    for (const key of keys) this.#readings.set(key, reading)
    const end = (): void => {
      for (const key of keys) if (this.#readings.get(key) === reading) this.#readings.delete(key)
    }
    reading.found.then(end, end)
    return reading.found
  }

  async #ask(scope: CacheScope, keys: readonly string[]): Promise<Found> {
    const { copies, isVouchedFor } = this.#options
    const settledFor = new Map<string, FoundEntry>()
    let open = keys
    for (let attempt = 0; attempt < mostAttempts && open.length > 0; attempt++) {
      const calls = open.map((key) => ({ key, call: copies.begin(key, isVouchedFor()) }))
      let found: Found
      try {
        found = await this.#askFar(scope, open)
      } catch (error) {
        for (const { key, call } of calls) copies.failed(key, call)
        throw error
      }
      const again: string[] = []
      for (const { key, call } of calls) {
        const one = found.get(key)
        if (!copies.read(key, call, one)) again.push(key)
        else if (one !== undefined) settledFor.set(key, one)
      }
      open = again
    }
    return settledFor
  }

  async #askFar(scope: CacheScope, keys: readonly string[]): Promise<Found> {
    const [first, second] = keys
    if (first === undefined || second !== undefined) return this.#options.far.getMany(scope, keys)
    const found = await this.#options.far.get(scope, first)
    return found === undefined ? new Map() : new Map([[first, found]])
  }
}

async function settled(
  sources: ReadonlyMap<string, Promise<Found>>,
): Promise<readonly (readonly [string, Found])[]> {
  return Promise.all([...sources].map(async ([key, found]) => [key, await found] as const))
}
