/** Entries as the suites make them. */
import { deserialize, serialize } from 'node:v8'
import type { CacheEntry, CacheScope } from '@forebay/core'
import type { CurrentBackend } from '../with-backend.ts'

/** A cache's part of a store, for whatever values the tests put there. */
export function scopeNamed(name: string): CacheScope {
  return {
    name,
    codec: { id: 'test', encode: (value) => serialize(value), decode: (bytes) => deserialize(bytes) },
    undecodable: () => undefined,
  }
}

export const scope: CacheScope = scopeNamed('scope')

/** Fresh for 10 s and kept for 20 s from now, stamped now, unless said otherwise. */
export async function entry(
  current: CurrentBackend,
  given: Partial<CacheEntry> = {},
  at: CacheScope = scope,
): Promise<CacheEntry> {
  const now = current.now()
  return {
    value: 'value',
    bytes: 100,
    stamp: given.stamp ?? (await current.backend.entries.stamp(at)),
    storedAt: now,
    staleAt: now + 10_000,
    deleteAt: now + 20_000,
    labels: [],
    path: '/',
    ...given,
  }
}
