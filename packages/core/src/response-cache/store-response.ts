/** Putting a whole response where the next request finds it. */
import { isPromise } from '../kit/promise.ts'
import type { CacheEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Landed } from './landed.ts'
import type { Run } from './run.ts'
import { bytesOf, type StoredResponse } from './stored-response.ts'
import type { StoringPlan } from './storing.ts'
import { VariantIndex, variantKey } from './variant-index.ts'

/** `not-kept`: it was invalidated meanwhile, or a newer one is there, or the store does not work. */
export type Stored = Landed | 'not-kept' | 'too-many-variants'

export function storeResponse(run: Run, plan: StoringPlan, response: StoredResponse): MaybePromise<Stored> {
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
  }
  return plan.varyNames.length === 0 ? setPlain(run, landed) : setVariant(run, landed)
}

function setPlain(run: Run, landed: Landed): MaybePromise<Stored> {
  const stored = set(run, run.request.key, landed.entry)
  return isPromise(stored) ? stored.then((late) => answer(late, landed)) : answer(stored, landed)
}

function setVariant(run: Run, landed: Landed): MaybePromise<Stored> {
  // Asked again: other variants may have been stored while the handler ran.
  const found = run.mount.core.entries.get(run.request.key, run.mount.settings.timeoutMs)
  if (isPromise(found)) return found.then((late) => setBoth(run, landed, late?.entry))
  return setBoth(run, landed, found?.entry)
}

/** The variant first: an index never names what was not there. */
function setBoth(run: Run, landed: Landed, current: CacheEntry | undefined): MaybePromise<Stored> {
  const known = current?.value instanceof VariantIndex ? current : undefined
  const index = ((known?.value as VariantIndex | undefined) ?? new VariantIndex()).with(
    landed.variant,
    landed.entry.storedAt,
  )
  if (index === undefined) return 'too-many-variants'
  const { key } = run.request
  const indexEntry = entryOfIndex(index, landed.entry, known)
  const stored = set(run, variantKey(key, landed.variant.secondaryKey), landed.entry)
  if (!isPromise(stored)) return stored ? named(set(run, key, indexEntry), landed) : 'not-kept'
  return stored.then((late) => (late ? named(set(run, key, indexEntry), landed) : 'not-kept'))
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

function named(stored: MaybePromise<boolean>, landed: Landed): MaybePromise<Stored> {
  return isPromise(stored) ? stored.then((late) => answer(late, landed)) : answer(stored, landed)
}

function answer(isStored: boolean, landed: Landed): Stored {
  return isStored ? landed : 'not-kept'
}
