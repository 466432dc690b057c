/** Putting a whole response where the next request finds it. */
import { exclusively } from '../engine/exclusive.ts'
import { digest } from '../kit/digest.ts'
import { isPromise } from '../kit/promise.ts'
import type { CacheEntry, FoundEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Landed } from './landed.ts'
import type { Run } from './run.ts'
import { bytesOf, type StoredResponse } from './stored-response.ts'
import type { StoringPlan } from './storing.ts'
import { VariantIndex, variantKey } from './variant-index.ts'

export interface Storing {
  readonly landed: Landed
  /** `not-kept`: it was invalidated meanwhile, or a newer one is there, or the store does not work. `unreadable`: it does not. */
  readonly outcome: 'stored' | 'not-kept' | 'unreadable' | 'too-many-variants'
}

export function storeResponse(run: Run, plan: StoringPlan, response: StoredResponse): MaybePromise<Storing> {
  const entry: CacheEntry = {
    value: response,
    bytes: bytesOf(response),
    stamp: run.stamp,
    storedAt: run.mount.core.clock.now(),
    staleAt: plan.staleAt,
    deleteAt: plan.deleteAt,
    labels: plan.labels,
    path: plan.path,
  }
  const landed: Landed = {
    entry,
    response,
    variant: {
      names: plan.varyNames,
      secondaryKey: plan.secondaryKey,
      storedAt: entry.storedAt,
      deleteAt: entry.deleteAt,
    },
    failedWith: undefined,
    unvouchedSince: undefined,
    ready: undefined,
  }
  return plan.varyNames.length === 0 ? setPlain(run, landed) : setVariant(run, landed)
}

function setPlain(run: Run, landed: Landed): MaybePromise<Storing> {
  const stored = set(run, run.request.key, landed.entry)
  return isPromise(stored) ? stored.then((late) => answer(late, landed)) : answer(stored, landed)
}

function setVariant(run: Run, landed: Landed): MaybePromise<Storing> {
  const { core, settings } = run.mount
  if (core.fleet === undefined) return addVariant(run, landed)
  // Two nodes that name their variants at the same moment must not forget each other's.
  const key = `${digest(run.request.key)}-variants`
  return exclusively({ fleet: core.fleet, key, timeoutMs: settings.timeoutMs }, () => addVariant(run, landed))
}

function addVariant(run: Run, landed: Landed): MaybePromise<Storing> {
  const { entries } = run.mount.core
  const setAfter = (found: FoundEntry | undefined): MaybePromise<Storing> =>
    // An index that could not be read must not be replaced by one that names this variant alone.
    entries.isReadable ? setBoth(run, landed, found?.entry) : { landed, outcome: 'unreadable' }
  // Asked again: other variants may have been stored while the handler ran.
  const found = entries.get(run.request.key, run.mount.settings.timeoutMs)
  return isPromise(found) ? found.then(setAfter) : setAfter(found)
}

/** The variant first: an index never names what was not there. */
function setBoth(run: Run, landed: Landed, current: CacheEntry | undefined): MaybePromise<Storing> {
  const known = current?.value instanceof VariantIndex ? current : undefined
  const index = ((known?.value as VariantIndex | undefined) ?? new VariantIndex()).with(
    landed.variant,
    landed.entry.storedAt,
  )
  if (index === undefined) return { landed, outcome: 'too-many-variants' }
  const { key } = run.request
  const indexEntry = entryOfIndex(index, landed.entry, known)
  const stored = set(run, variantKey(key, landed.variant.secondaryKey), landed.entry)
  const named = (isStored: boolean): MaybePromise<Storing> => {
    if (!isStored) return answer(false, landed)
    const indexed = set(run, key, indexEntry)
    return isPromise(indexed) ? indexed.then((late) => answer(late, landed)) : answer(indexed, landed)
  }
  return isPromise(stored) ? stored.then(named) : named(stored)
}

function entryOfIndex(index: VariantIndex, entry: CacheEntry, known: CacheEntry | undefined): CacheEntry {
  return {
    ...entry,
    value: index,
    bytes: index.bytes,
    // Not older than what it adds to: each variant has a stamp of its own, which is the one that counts.
    stamp: Math.max(entry.stamp, known?.stamp ?? entry.stamp),
    staleAt: index.deleteAt,
    deleteAt: index.deleteAt,
    // What invalidates one variant must not make the others unreachable.
    labels: [],
    path: '',
  }
}

function set(run: Run, key: string, entry: CacheEntry): MaybePromise<boolean> {
  return run.mount.core.entries.set(key, entry, run.mount.settings.timeoutMs)
}

function answer(isStored: boolean, landed: Landed): Storing {
  return { landed, outcome: isStored ? 'stored' : 'not-kept' }
}
