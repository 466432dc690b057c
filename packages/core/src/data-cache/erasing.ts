/** Deleting and expiring one key, so that nothing that is being made at the same time brings it back. */
import { isPromise } from '../kit/promise.ts'
import type { CacheEntry } from '../ports/cache-store.ts'
import type { DataCore } from './data-core.ts'
import { stow } from './life.ts'
import { expired } from './stored-value.ts'
import { usable, type Usable } from './usable.ts'

/**
 * How long a deleted key remembers that it was: what takes longer to make, in another process, may come back. Tags and
 * `clear` know no such limit.
 */
const tombstoneMs = 300_000

/** Whether there was a fresh value. Rejects when the backend did not confirm it. */
export async function deleteKey(core: DataCore, key: string): Promise<boolean> {
  let had = false
  await core.entries.replace(key, async (stamp) => {
    had = isThere(await current(core, key))
    return tombstone(core, stamp)
  })
  return had
}

/** Whether there was a fresh value. Rejects when the backend did not confirm it. */
export async function expireKey(core: DataCore, key: string): Promise<boolean> {
  let had = false
  // The stamp is older than what is read here: a purge that comes in between outruns what is written back.
  await core.entries.replace(key, async (stamp) => {
    const use = await current(core, key)
    had = isThere(use)
    if (use === undefined) return tombstone(core, stamp)
    return { ...use.entry, stamp, value: expired(use.stored) }
  })
  return had
}

async function current(core: DataCore, key: string): Promise<Usable | undefined> {
  const asking = core.entries.get(key, core.settings.timeoutMs)
  const found = isPromise(asking) ? await asking : asking
  return usable(core, found, core.clock.now())
}

function isThere(use: Usable | undefined): boolean {
  return use !== undefined && use.isFresh && use.stored.kind === 'value'
}

/** Stands where nothing is to be found, in the way of what is older than `stamp`. */
export function tombstone(core: DataCore, stamp: number): CacheEntry {
  const now = core.clock.now()
  const value = stow(core, 'gone', { kept: undefined, madeInMs: 0, lifeMs: 0 })
  const times = { storedAt: now, staleAt: now, deleteAt: now + Math.max(tombstoneMs, hardTimeoutMs(core)) }
  return { value, bytes: 0, stamp, ...times, labels: [], path: '' }
}

function hardTimeoutMs(core: DataCore): number {
  return core.settings.rules.hardTimeoutMs ?? 0
}
