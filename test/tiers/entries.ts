/** Entries as the tests of tiers make them. */
import type { Backend, CacheEntry } from '@forebay/core'
import { scopeNamed } from './scope.ts'

export const scope = scopeNamed('tiers')

/** Fresh for 10 s and kept for 20 s, stamped now. */
export async function entryOn(
  { entries, clock }: Backend,
  value: unknown,
  given: Partial<CacheEntry> = {},
): Promise<CacheEntry> {
  const now = clock.now()
  return {
    value,
    bytes: 100,
    stamp: given.stamp ?? (await entries.stamp(scope)),
    storedAt: now,
    staleAt: now + 10_000,
    deleteAt: now + 20_000,
    labels: ['tag'],
    path: '/path/',
    ...given,
  }
}

/** Stores a value under the key, as a node does that has just made it. */
export async function store(
  backend: Backend,
  key: string,
  value: unknown,
  given?: Partial<CacheEntry>,
): Promise<boolean> {
  return await backend.entries.set(scope, key, await entryOn(backend, value, given))
}

export async function valueOf({ entries }: Backend, key: string): Promise<unknown> {
  return (await entries.get(scope, key))?.entry.value
}
