/** What whoever asks for a key is given, after the store was asked. */
import type { EntryTimes, FoundEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { BackgroundLoads } from './background-loads.ts'
import type { LoadOptions } from './data-cache.ts'
import type { DataCore } from './data-core.ts'
import type { Load, Loads, Outcome } from './loads.ts'
import { makeOnce } from './making-in-fleet.ts'
import { make, type LoadCall } from './making.ts'
import type { LoadRules } from './settings.ts'
import { StoredEntry, StoredValue } from './stored-value.ts'
import { closerLookMs, isDue, isToSlide, usable, type Usable } from './usable.ts'

/** Stands for a stored value that the codec does not read: it is not there. */
const unreadable: unique symbol = Symbol('unreadable')

/** Stands for what has no quick answer. */
export const noQuickAnswer: unique symbol = Symbol('no quick answer')

/** Whether there are options that matter to what is fresh. All others concern what is loaded. */
export function concernsFresh({ refreshAhead, earlyRefresh }: LoadOptions): boolean {
  return refreshAhead !== undefined || earlyRefresh !== undefined
}

export class Answers {
  readonly #core: DataCore
  readonly #loads: Loads
  readonly #background: BackgroundLoads

  constructor(core: DataCore, loads: Loads) {
    this.#core = core
    this.#loads = loads
    this.#background = new BackgroundLoads(core, loads)
  }

  /** The hot path: a value that is fresh for a good while, without a promise, an option or a second look. */
  quick(key: string, found: FoundEntry | undefined, rules: LoadRules): unknown {
    if (found === undefined || found.softened) return noQuickAnswer
    const core = this.#core
    const { sliding, version } = core.settings
    if (sliding) return noQuickAnswer
    const { entry } = found
    const stored = entry.value
    if (!(stored instanceof StoredValue) || stored.kind !== 'value' || stored.isExpired) return noQuickAnswer
    if (stored.version !== version || stored.form !== core.form) return noQuickAnswer
    const freshUntil = entry instanceof StoredEntry ? entry.freshUntilSecond * 1_000 : entry.staleAt
    if (freshUntil - core.clock.now() <= closerLookMs(rules, stored)) return noQuickAnswer
    let value: unknown
    try {
      value = core.form.hand(stored.kept)
    } catch {
      // The longer way tells of it.
      return noQuickAnswer
    }
    core.noteHit(key)
    return value
  }

  /** Whether a fresh value is there. */
  isThere(found: FoundEntry | undefined): boolean {
    const use = usable(this.#core, found, this.#core.clock.now())
    return use !== undefined && use.isFresh && use.stored.kind === 'value'
  }

  /** Gives a fresh value another life, by default as long as it had. */
  touch(key: string, found: FoundEntry | undefined, ttlMs: number | undefined): MaybePromise<boolean> {
    const { clock, entries, settings } = this.#core
    const now = clock.now()
    const use = usable(this.#core, found, now)
    if (use === undefined || !use.isFresh || use.stored.kind !== 'value') return false
    return entries.touch(key, livesFrom(now, use, ttlMs ?? use.stored.lifeMs), settings.timeoutMs)
  }

  /** The value that is there and fresh; undefined where there is none. */
  fresh(key: string, found: FoundEntry | undefined): unknown {
    const use = this.#fresh(key, found)
    if (use !== undefined) {
      const value = this.#read(use.stored)
      if (value !== unreadable) {
        this.#core.noteHit(key)
        return value
      }
    }
    this.#core.noteMiss(key)
    return undefined
  }

  /** The value that is there, or else what the loader gives. Never throws; rejects with what the loader throws. */
  loaded(call: LoadCall, found: FoundEntry | undefined): MaybePromise<unknown> {
    const core = this.#core
    const now = core.clock.now()
    const use = usable(core, found, now)
    const value = use === undefined ? unreadable : this.#read(use.stored)
    if (found === undefined) return this.#load({ ...call, isCold: true }, undefined)
    if (use === undefined || value === unreadable) return this.#load(call, undefined)
    if (use.isFresh) {
      core.noteHit(call.key)
      this.#slide(call.key, use, now)
      if (isDue(core, call.rules, use, now)) this.#background.start(call, use)
      return value
    }
    if (use.staleForMs < call.rules.staleWhileRevalidateMs) {
      core.noteStale(call.key)
      this.#background.start(call, use)
      return value
    }
    if (use.staleForMs < call.rules.staleIfErrorMs) return this.#loadOr(value, call, use)
    return this.#load(call, use)
  }

  #load(call: LoadCall, stale: Usable | undefined): Promise<unknown> {
    this.#core.noteMiss(call.key)
    try {
      return this.#outcome(call, stale).then((outcome) => this.#valueOf(call, outcome))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The stale value when the loader fails, or is late. */
  async #loadOr(value: unknown, call: LoadCall, stale: Usable): Promise<unknown> {
    const settled = await this.#softly(this.#outcome(call, stale), call.rules.softTimeoutMs)
    if (settled?.type === 'loaded') {
      this.#core.noteMiss(call.key)
      return this.#valueOf(call, settled)
    }
    this.#core.noteStale(call.key)
    return value
  }

  /** That of the load which is on its way, or else of one that begins now. */
  #outcome(call: LoadCall, stale: Usable | undefined): Promise<Outcome> {
    const core = this.#core
    const loading = { clock: core.clock, run: (load: Load) => makeOnce(core, load, call, stale) }
    const underway = this.#loads.join(call.key, loading, call.isOwn)
    if (underway === undefined) return this.#loads.begin(call.key, loading)
    core.counts.collapsed++
    return underway
  }

  /** Undefined when the loader is late; it goes on. */
  #softly(outcome: Promise<Outcome>, softTimeoutMs: number | undefined): Promise<Outcome | undefined> {
    const core = this.#core
    if (softTimeoutMs === undefined) return outcome
    return new Promise((resolve) => {
      const cancel = core.clock.schedule(softTimeoutMs, () => {
        resolve(undefined)
        core.events.emit('slow', { name: core.name, operation: 'loader', durationMs: softTimeoutMs })
      })
      void outcome.then(resolve).finally(cancel)
    })
  }

  /** What the codec does not read back is given as the loader gave it, and if another node's did, by this one's. */
  #valueOf(call: LoadCall, outcome: Outcome): MaybePromise<unknown> {
    if (outcome.type === 'failed') throw outcome.error
    const value = this.#read(outcome.stored)
    if (value !== unreadable) return value
    return outcome.own === undefined ? this.#loadedHere(call) : outcome.own.value
  }

  async #loadedHere(call: LoadCall): Promise<unknown> {
    const { clock } = this.#core
    const loading = { clock, run: (load: Load) => make(this.#core, load, call, undefined) }
    return this.#valueOf(
      call,
      await (this.#loads.join(call.key, loading) ?? this.#loads.begin(call.key, loading)),
    )
  }

  #fresh(key: string, found: FoundEntry | undefined): Usable | undefined {
    const now = this.#core.clock.now()
    const use = usable(this.#core, found, now)
    if (use === undefined || !use.isFresh) return undefined
    this.#slide(key, use, now)
    return use
  }

  #read(stored: StoredValue): unknown {
    if (stored.kind === 'none') return undefined
    try {
      return this.#core.form.hand(stored.kept)
    } catch (error) {
      this.#core.failed('decode', error)
      return unreadable
    }
  }

  /** In the background: nobody waits for a longer life. */
  #slide(key: string, use: Usable, now: number): void {
    const { settings, entries } = this.#core
    if (!settings.sliding || !isToSlide(use, now)) return
    void entries.touch(key, livesFrom(now, use, use.stored.lifeMs), settings.timeoutMs)
  }
}

/** Its stale windows stay as long as they were. */
function livesFrom(now: number, { entry }: Usable, lifeMs: number): EntryTimes {
  const staleAt = now + lifeMs
  return { staleAt, deleteAt: staleAt + (entry.deleteAt - entry.staleAt) }
}
