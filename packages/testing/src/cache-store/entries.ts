/** Entries as the suites make them. */
import type { CacheEntry } from '@forebay/core'
import type { CurrentBackend } from '../with-backend.ts'

/** Fresh for 10 s and kept for 20 s from now, stamped now, unless said otherwise. */
export async function entry(
  current: CurrentBackend,
  given: Partial<CacheEntry> = {},
  scope: string = 'scope',
): Promise<CacheEntry> {
  const now = current.now()
  return {
    value: 'value',
    bytes: 100,
    stamp: given.stamp ?? (await current.backend.entries.stamp(scope)),
    storedAt: now,
    staleAt: now + 10_000,
    deleteAt: now + 20_000,
    labels: [],
    path: '/',
    ...given,
  }
}
