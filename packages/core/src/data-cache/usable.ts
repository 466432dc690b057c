/** What a found entry is good for. */
import { isEarly, mostDrawn } from '../engine/early-refresh.ts'
import type { CacheEntry, FoundEntry } from '../ports/cache-store.ts'
import type { DataCore } from './data-core.ts'
import type { LoadRules } from './settings.ts'
import { otherFormat, StoredValue } from './stored-value.ts'

export interface Usable {
  readonly entry: CacheEntry
  readonly stored: StoredValue
  readonly isFresh: boolean
  /** For how long it has been stale; 0 for what was softened before its time. */
  readonly staleForMs: number
}

/** A value of this cache's version, or the knowledge that there is none. */
export function usable(core: DataCore, found: FoundEntry | undefined, now: number): Usable | undefined {
  if (found === undefined) return undefined
  const { entry, softened } = found
  const stored = entry.value
  if (!(stored instanceof StoredValue)) {
    core.failed('decode', new TypeError('the backend answered with something that is no stored value'))
    return undefined
  }
  // Judged here again: what a backend answers late may have ended on the way.
  if (stored.kind === 'gone' || stored.version !== core.settings.version || entry.deleteAt <= now)
    return undefined
  const own = inForm(core, stored)
  if (own === undefined) return undefined
  const isFresh = !softened && !stored.isExpired && entry.staleAt > now
  return { entry, stored: own, isFresh, staleForMs: Math.max(0, now - entry.staleAt) }
}

/** Caches of one namespace in one process see each other's values as they lie in memory. */
function inForm(core: DataCore, stored: StoredValue): StoredValue | undefined {
  const { form } = core
  if (stored.form === form || stored.kind !== 'value') return stored
  try {
    if (stored.form.codecId !== form.codecId) throw otherFormat(stored.form.codecId, form.codecId)
    const { kind, madeInMs, lifeMs, version, isExpired } = stored
    const kept = form.fromBytes(stored.form.toBytes(stored.kept))
    return new StoredValue({ kind, kept, form, madeInMs, lifeMs, version, isExpired })
  } catch (error) {
    core.failed('decode', error)
    return undefined
  }
}

/** Whether this use of a fresh value loads it anew in the background. */
export function isDue(core: DataCore, rules: LoadRules, { entry, stored }: Usable, now: number): boolean {
  const leftMs = entry.staleAt - now
  if (leftMs <= aheadMs(rules, stored)) return true
  const { earlyRefresh } = rules
  return isEarly({ earlyRefresh, random: core.settings.random }, leftMs, stored.lifeMs, stored.madeInMs)
}

/** How long before its end a value needs a closer look than whether it is fresh. */
export function closerLookMs(rules: LoadRules, stored: StoredValue): number {
  return Math.max(aheadMs(rules, stored), stored.madeInMs * rules.earlyRefresh * mostDrawn)
}

/** As a difference: 0.8 of 10 s leaves 2 s then, and not a little less. */
function aheadMs({ refreshAhead }: LoadRules, { lifeMs }: StoredValue): number {
  return lifeMs - lifeMs * refreshAhead
}

/** Part of its life after which a use gives a sliding value a new one: not every read is to be a write. */
const worthTouching = 0.1

/** Whether a use at this moment prolongs a value that slides. */
export function isToSlide({ entry, stored }: Usable, now: number): boolean {
  return stored.lifeMs - (entry.staleAt - now) >= stored.lifeMs * worthTouching
}
