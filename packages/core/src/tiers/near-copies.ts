/** One cache's copies in near memory, held against whatever was heard since the far tier was asked for them. */
import { Marks } from '../cache/marks.ts'
import { isPromise } from '../kit/promise.ts'
import type {
  CacheEntry,
  CacheScope,
  CacheStore,
  EntryTimes,
  FoundEntry,
  Mark,
} from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import { hashOfKey, type Arrivals } from './arrivals.ts'

export interface NearCopiesOptions {
  readonly arrivals: Arrivals
  /** What the other nodes call the scope. */
  readonly sharedName: string
  /** Answers synchronously; nothing but this writes to `scope`. */
  readonly store: CacheStore
  readonly scope: CacheScope
  /** Ends copies as well: a far clock that is set back must not prolong them. */
  readonly storeClock: Clock
  /** The far tier's, by which entries live. */
  readonly clock: Clock
  readonly longestMs: number
}

/** A call that is on its way to the far tier and back, and what has happened to its key meanwhile. */
export interface Underway {
  readonly keyHash: number
  /** In the order of arrivals: what was heard later may not be known to the answer. */
  readonly begunAt: number
  /** Whether everything that the far tier's answer misses will be heard. */
  readonly isVouchedFor: boolean
  /** Something else was learnt of the key here meanwhile, maybe newer than the answer. */
  isOvertaken: boolean
}

interface Copy {
  /** What `get` returns: made once, not per hit. */
  readonly found: FoundEntry
  readonly keyHash: number
  readonly begunAt: number
  /** The end of its time here. */
  readonly endsAt: number
  /** Not past this and not past `staleAt`: what is stale is worth asking whether somebody has refreshed it. */
  readonly freshUntil: number
  checkedAt: number
}

/** The objects around a copy, roughly; the near store counts those around its own entry. */
const bytesPerCopy = 250

/** Bound on what is remembered of marks; when it is full, the copies older than the older half are given up. */
const mostMarkBytes = 1_048_576

/** A copy stays as long as nothing was heard that the far tier's answer, which it is, may not know of. */
export class NearCopies {
  readonly #options: NearCopiesOptions
  readonly #marks = new Marks()
  readonly #underway = new Map<string, Set<Underway>>()
  #markedAt = 0
  #holdsCopies = false

  constructor(options: NearCopiesOptions) {
    this.#options = options
  }

  /** A fresh copy that nothing heard speaks against. */
  find(key: string): FoundEntry | undefined {
    return this.#copy(key)?.found
  }

  begin(key: string, isVouchedFor: boolean): Underway {
    const { arrivals, sharedName } = this.#options
    const keyHash = hashOfKey(sharedName, key)
    const call: Underway = { keyHash, begunAt: arrivals.instant(), isVouchedFor, isOvertaken: false }
    const calls = this.#underway.get(key)
    if (calls === undefined) this.#underway.set(key, new Set([call]))
    else calls.add(call)
    return call
  }

  /** A read that brought no answer. */
  failed(key: string, call: Underway): void {
    this.#end(key, call)
  }

  /** A write that the far tier refused, as it knows better, or that brought no answer. */
  refused(key: string, call: Underway): void {
    this.#end(key, call)
    this.drop(key)
  }

  /** The far tier's answer to a read, which becomes the copy. False when it may be out of date, and is to be asked for anew. */
  read(key: string, call: Underway, found: FoundEntry | undefined): boolean {
    this.#end(key, call)
    if (this.#isOvertaken(call) || (found !== undefined && this.#isOutrun(call.begunAt, found.entry)))
      return false
    this.#overtake(key)
    if (found === undefined || found.softened) this.#forget(key)
    else this.#put(key, call, found.entry)
    return true
  }

  /**
   * The far tier took the entry.
   * @param madeAt the instant before its stamp was asked for; undefined when that is not known, and neither is which
   * soft marks have outrun it.
   */
  written(key: string, call: Underway, entry: CacheEntry, madeAt: number | undefined): void {
    this.#end(key, call)
    const isKnown = madeAt !== undefined && !this.#isOvertaken(call) && !this.#isOutrun(madeAt, entry)
    if (isKnown) this.#put(key, call, entry)
    else this.#forget(key)
    this.#overtake(key)
  }

  /** The far tier gave the entry another life. False when copies elsewhere may live longer than that. */
  touched(key: string, call: Underway, times: EntryTimes): boolean {
    this.#end(key, call)
    const copy = this.#isOvertaken(call) ? undefined : this.#copy(key)
    this.#overtake(key)
    if (copy === undefined) {
      this.#forget(key)
      return false
    }
    const { entry } = copy.found
    this.#store(key, { ...copy, found: { entry: { ...entry, ...times }, softened: false } })
    return times.staleAt >= entry.staleAt && times.deleteAt >= entry.deleteAt
  }

  /** The key was written or deleted here. */
  drop(key: string): void {
    this.#forget(key)
    this.#overtake(key)
  }

  /** Hard and soft alike: of what is stale only the far tier is asked. */
  mark(marks: readonly Mark[]): void {
    this.#markedAt = this.#options.arrivals.instant()
    for (const mark of marks) {
      this.#marks.add(mark, this.#markedAt)
      if (mark.type === 'all') this.#giveBack()
    }
    while (this.#marks.bytes > mostMarkBytes) this.#marks.collapse()
  }

  /** Marks make copies unreachable; this gives their memory back. Gaps come in series, and find nothing more to give. */
  #giveBack(): void {
    if (!this.#holdsCopies) return
    this.#holdsCopies = false
    void this.#options.store.mark(this.#options.scope, [{ type: 'all' }], { soft: false })
  }

  #copy(key: string): Copy | undefined {
    const slot = this.#options.store.get(this.#options.scope, key)
    if (slot === undefined || isPromise(slot)) return undefined
    const copy = slot.entry.value as Copy
    if (copy.freshUntil <= this.#options.clock.now()) return undefined
    if (this.#options.arrivals.heardSince(copy.begunAt, copy.keyHash)) return undefined
    if (copy.checkedAt !== this.#markedAt) {
      if (this.#isOutrun(copy.begunAt, copy.found.entry)) {
        this.#forget(key)
        return undefined
      }
      copy.checkedAt = this.#markedAt
    }
    return copy
  }

  #put(key: string, call: Underway, entry: CacheEntry): void {
    if (!call.isVouchedFor) {
      this.#forget(key)
      return
    }
    this.#store(key, {
      found: { entry, softened: false },
      keyHash: call.keyHash,
      begunAt: call.begunAt,
      endsAt: this.#options.clock.now() + this.#options.longestMs,
      freshUntil: 0,
      checkedAt: this.#markedAt,
    })
  }

  #store(key: string, copy: Copy): void {
    const { store, scope, storeClock, clock } = this.#options
    const { entry } = copy.found
    const freshUntil = Math.min(copy.endsAt, entry.staleAt, entry.deleteAt)
    const now = storeClock.now()
    const endsAt = now + freshUntil - clock.now()
    const stamp = store.stamp(scope)
    this.#holdsCopies = true
    const isStored =
      !isPromise(stamp) &&
      store.set(scope, key, {
        value: { ...copy, freshUntil } satisfies Copy,
        bytes: entry.bytes + bytesPerCopy,
        stamp,
        storedAt: now,
        staleAt: endsAt,
        deleteAt: endsAt,
        labels: entry.labels,
        path: entry.path,
      })
    if (isStored !== true) this.#forget(key)
  }

  #forget(key: string): void {
    void this.#options.store.delete(this.#options.scope, key)
  }

  #isOutrun(begunAt: number, { labels, path }: CacheEntry): boolean {
    return this.#marks.outrun(begunAt, labels, path)
  }

  #isOvertaken({ isOvertaken, begunAt, keyHash }: Underway): boolean {
    return isOvertaken || this.#options.arrivals.heardSince(begunAt, keyHash)
  }

  #end(key: string, call: Underway): void {
    const calls = this.#underway.get(key)
    if (calls?.delete(call) === true && calls.size === 0) this.#underway.delete(key)
  }

  /** Whatever else is on its way for the key may bring older news. */
  #overtake(key: string): void {
    for (const call of this.#underway.get(key) ?? []) call.isOvertaken = true
  }
}
