/** The data cache as a map with times: what is in it, for how long, and what outruns what. */

/** Of a loader: a value, its nothing, or its failure. */
export type LoadOutcome = { readonly type: 'value'; readonly value: unknown } | { readonly type: 'failure' }

interface Entry {
  /** `gone`: deleted. `none`: the source has none. */
  readonly kind: 'value' | 'none' | 'gone'
  readonly value: unknown
  readonly stamp: number
  readonly lifeMs: number
  readonly staleAt: number
  readonly deleteAt: number
  readonly tags: readonly string[]
  readonly isExpired: boolean
}

/** A load on its way, and what each who waits falls back on. */
export interface ModelLoad {
  readonly key: string
  readonly stamp: number
  readonly startedAt: number
  isOutrun: boolean
  readonly fallbacks: (Entry | undefined)[]
}

export interface Life {
  readonly ttlMs: number
  readonly tags: readonly string[]
}

/** What those who waited are given, in the order in which they asked. */
export type Given = { readonly type: 'value'; readonly value: unknown } | { readonly type: 'failure' }

export const staleIfErrorMs = 5_000
export const negativeTtlMs = 2_000
const tombstoneMs = 300_000
const longestJoinedMs = 30_000

export class DataCacheModel {
  now = 0
  #sequence = 0
  readonly #entries = new Map<string, Entry>()
  readonly #open = new Map<string, ModelLoad>()
  readonly #marks: { readonly tag: string | undefined; readonly soft: boolean; readonly at: number }[] = []

  get(key: string): unknown {
    const entry = this.#fresh(key)
    return entry?.kind === 'value' ? entry.value : undefined
  }

  has(key: string): boolean {
    return this.#fresh(key)?.kind === 'value'
  }

  set(key: string, value: unknown, { ttlMs, tags }: Life): boolean {
    this.#outrun(key)
    const stamp = ++this.#sequence
    if (ttlMs === 0) {
      this.#put(key, this.#tombstone(stamp))
      return false
    }
    return this.#put(key, this.#living('value', value, { ttlMs, tags, stamp, staleForMs: staleIfErrorMs }))
  }

  delete(key: string): boolean {
    const had = this.has(key)
    this.#outrun(key)
    this.#put(key, this.#tombstone(++this.#sequence))
    return had
  }

  expire(key: string): boolean {
    const had = this.has(key)
    this.#outrun(key)
    const stamp = ++this.#sequence
    const entry = this.#usable(key)
    this.#put(key, entry === undefined ? this.#tombstone(stamp) : { ...entry, stamp, isExpired: true })
    return had
  }

  touch(key: string, ttlMs: number | undefined): boolean {
    const entry = this.#fresh(key)
    if (entry?.kind !== 'value') return false
    const staleAt = this.now + (ttlMs ?? entry.lifeMs)
    this.#entries.set(key, { ...entry, staleAt, deleteAt: staleAt + entry.deleteAt - entry.staleAt })
    return true
  }

  /** Without a tag: everything. */
  invalidate(tag: string | undefined, soft: boolean): void {
    this.#open.clear()
    this.#marks.push({ tag, soft, at: ++this.#sequence })
  }

  /** A fresh value or the knowledge that there is none, or else the load to wait for. */
  ask(key: string): { readonly value: unknown } | ModelLoad {
    const fresh = this.#fresh(key)
    if (fresh !== undefined) return { value: fresh.value }
    const usable = this.#usable(key)
    const staleForMs = usable === undefined ? 0 : Math.max(0, this.now - usable.staleAt)
    const fallback = staleForMs < staleIfErrorMs ? usable : undefined
    const underway = this.#open.get(key)
    const canJoin = underway !== undefined && this.now - underway.startedAt < longestJoinedMs
    const load = canJoin ? underway : this.#begin(key)
    load.fallbacks.push(fallback)
    return load
  }

  finish(load: ModelLoad, outcome: LoadOutcome, { ttlMs, tags }: Life): Given[] {
    if (this.#open.get(load.key) === load) this.#open.delete(load.key)
    if (outcome.type === 'failure') {
      return load.fallbacks.map((fallback) =>
        fallback === undefined ? outcome : { type: 'value', value: fallback.value },
      )
    }
    const { value } = outcome
    const isNegative = value === undefined || value === null
    const lifeMs = isNegative ? negativeTtlMs : ttlMs
    if (!load.isOutrun && lifeMs > 0) {
      const times = { ttlMs: lifeMs, tags, stamp: load.stamp, staleForMs: isNegative ? 0 : staleIfErrorMs }
      this.#put(load.key, this.#living(value === undefined ? 'none' : 'value', value, times))
    }
    return load.fallbacks.map(() => outcome)
  }

  #begin(key: string): ModelLoad {
    const stamp = ++this.#sequence
    const load = { key, stamp, startedAt: this.now, isOutrun: false, fallbacks: [] }
    this.#open.set(key, load)
    return load
  }

  #outrun(key: string): void {
    const load = this.#open.get(key)
    if (load !== undefined) load.isOutrun = true
    this.#open.delete(key)
  }

  #put(key: string, entry: Entry): boolean {
    const current = this.#current(key)
    if (this.#isOutrun(entry, false) || entry.deleteAt <= this.now) return false
    if (current !== undefined && current.stamp > entry.stamp) return false
    this.#entries.set(key, entry)
    return true
  }

  #current(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    return entry === undefined || entry.deleteAt <= this.now || this.#isOutrun(entry, false)
      ? undefined
      : entry
  }

  #usable(key: string): Entry | undefined {
    const entry = this.#current(key)
    return entry?.kind === 'gone' ? undefined : entry
  }

  #fresh(key: string): Entry | undefined {
    const entry = this.#usable(key)
    if (entry === undefined || entry.isExpired || entry.staleAt <= this.now) return undefined
    return this.#isOutrun(entry, true) ? undefined : entry
  }

  #isOutrun({ stamp, tags }: Entry, soft: boolean): boolean {
    return this.#marks.some(
      (mark) => mark.soft === soft && mark.at > stamp && (mark.tag === undefined || tags.includes(mark.tag)),
    )
  }

  #tombstone(stamp: number): Entry {
    const times = { lifeMs: 0, staleAt: this.now, deleteAt: this.now + tombstoneMs }
    return { kind: 'gone', value: undefined, stamp, ...times, tags: [], isExpired: false }
  }

  #living(
    kind: Entry['kind'],
    value: unknown,
    { ttlMs, tags, stamp, staleForMs }: Life & { readonly stamp: number; readonly staleForMs: number },
  ): Entry {
    const staleAt = this.now + ttlMs
    return {
      kind,
      value,
      stamp,
      lifeMs: ttlMs,
      staleAt,
      deleteAt: staleAt + staleForMs,
      tags,
      isExpired: false,
    }
  }
}
