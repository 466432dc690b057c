/** The making of a value: from the stamp before its loader runs to the store that has it. */
import { isPromise } from '../kit/promise.ts'
import type { CacheEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Loader, LoadOptions } from './data-cache.ts'
import type { DataCore } from './data-core.ts'
import { made, type Made } from './life.ts'
import { runLoader } from './loader-run.ts'
import type { Load, Outcome } from './loads.ts'
import type { LoadRules } from './settings.ts'
import { StoredEntry, type StoredValue } from './stored-value.ts'

export interface LoadCall {
  readonly key: string
  readonly loader: Loader
  readonly rules: LoadRules
  /** Whether it is the key's own loader that asks. */
  readonly isOwn?: boolean
  /** Whether nothing at all is stored under the key. */
  readonly isCold?: boolean
}

/** The same as the app asks for it, before its options are checked. */
export interface AskedLoad {
  readonly key: string
  readonly loader: Loader
  readonly options: LoadOptions | undefined
}

/** Runs the loader and stores what it gives; never rejects. Notes on the load what became of it. */
export async function make(
  core: DataCore,
  load: Load,
  call: LoadCall,
  stale: StoredValue | undefined,
): Promise<Outcome> {
  const { key, rules } = call
  const loader = noted(load, call.loader)
  const stamping = core.entries.stamp(core.settings.timeoutMs)
  const stamp = isPromise(stamping) ? await stamping : stamping
  core.counts.loads++
  const startedAt = core.clock.now()
  const handStale = (): unknown => (stale?.kind === 'value' ? core.form.hand(stale.kept) : undefined)
  let value: unknown
  try {
    const { hardTimeoutMs } = rules
    const loading = runLoader(core.clock, { key, loader, stale: handStale, hardTimeoutMs })
    value = isPromise(loading) ? await loading : loading
  } catch (error) {
    core.loaderLatencies.add(core.clock.now() - startedAt)
    core.loaderFailed(error)
    return { type: 'failed', error }
  }
  const tookMs = core.clock.now() - startedAt
  core.loaderLatencies.add(tookMs)
  const madeInMs = Math.round(tookMs)
  try {
    const making = made(core, { key, value, rules, madeInMs, isLoaded: true })
    const { stored, entry } = making
    const outcome: Outcome = { type: 'loaded', stored, own: { value } }
    if (core.isClosed) return outcome
    if (load.isOutrun) {
      load.word = 'again'
      core.noteRefused(key, 'outrun')
    } else if (entry !== undefined) {
      const storing = store(core, key, stamp, making)
      const isStored = isPromise(storing) ? await storing : storing
      load.word = isStored ? 'landed' : 'again'
      load.isRefused = !isStored && core.fleet !== undefined && core.entries.isReadable
    }
    core.noteShared(key, entry !== undefined)
    return outcome
  } catch (error) {
    core.loaderFailed(error)
    return { type: 'failed', error }
  }
}

/** The loader, which is known to be called while it is. */
function noted(load: Load, loader: Loader): Loader {
  return (context) => {
    load.isCalling = true
    try {
      return loader(context)
    } finally {
      load.isCalling = false
    }
  }
}

/** Whether it was stored. Never rejects. */
export function store(core: DataCore, key: string, stamp: number, making: Made): MaybePromise<boolean> {
  const { stored, entry: unstamped } = making
  if (unstamped === undefined) return false
  const entry = new StoredEntry(stored, stamp, unstamped)
  const isStored = core.entries.set(key, entry, core.settings.timeoutMs)
  return isPromise(isStored)
    ? isStored.then((one) => noteStored(core, key, entry, one))
    : noteStored(core, key, entry, isStored)
}

function noteStored(core: DataCore, key: string, entry: CacheEntry, isStored: boolean): boolean {
  if (!isStored) {
    core.noteRefused(key, core.entries.isSound ? 'outrun' : 'backend')
    return false
  }
  core.counts.sets++
  if (core.events.hears('stored')) {
    const ttlMs = entry.staleAt - entry.storedAt
    core.events.emit('stored', { name: core.name, key, bytes: entry.bytes, ttlMs })
  }
  return true
}
