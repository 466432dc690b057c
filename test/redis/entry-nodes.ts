/** Several nodes on one Redis and one clock, and entries as they make them. */
import type { CacheEntry, CacheScope, Mark } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { scopeNamed } from '../../packages/testing/src/cache-store/entries.ts'
import { ownPrefix } from './shared-backends.ts'
import { timedParts, type TimedOptions, type TimedParts } from './timed-backend.ts'

export type EntryStore = TimedParts['entries']

export interface EntryNodes {
  readonly clock: ManualClock
  readonly prefix: string
  readonly scope: CacheScope
  /** What the scope was told of. */
  readonly undecodable: unknown[]
  /** Another process: it knows nothing yet. */
  start(options?: TimedOptions): EntryStore
  /** Stamped now by that node, kept for 20 s, unless said otherwise. */
  make(by: EntryStore, given?: Partial<CacheEntry>): Promise<CacheEntry>
  stop(): Promise<void>
}

/** @param where what `redisBackend` takes. */
export function entryNodes(where: unknown): EntryNodes {
  const clock = manualClock()
  const prefix = ownPrefix()
  const running: TimedParts[] = []
  const undecodable: unknown[] = []
  const scope = { ...scopeNamed('scope'), undecodable: (error: unknown) => undecodable.push(error) }
  return {
    clock,
    prefix,
    scope,
    undecodable,
    start(options) {
      const parts = timedParts(where, prefix, { clock, ...options })
      running.push(parts)
      return parts.entries
    },
    async make(by, given = {}) {
      const stamp = given.stamp ?? (await by.stamp(scope))
      const now = clock.now()
      const times = { storedAt: now, staleAt: now + 10_000, deleteAt: now + 20_000 }
      return { value: 'value', bytes: 100, labels: ['tag'], path: '/a/b', ...times, ...given, stamp }
    },
    stop: async () => {
      await Promise.all(running.map((parts) => parts.close()))
    },
  }
}

export const tag: readonly Mark[] = [{ type: 'label', label: 'tag' }]
export const hard = { soft: false }
