/** A shared backend in this process: answers late, and holds values as the bytes that their codec makes of them. */
import {
  memoryBackend,
  type Backend,
  type CacheEntry,
  type CacheScope,
  type CacheStore,
  type FoundEntry,
} from '@forebay/core'
import type { ManualClock } from '@forebay/testing'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Values as bytes; what the codec refuses is not there. */
export function codedStore(store: CacheStore): CacheStore {
  const decoded = (scope: CacheScope, found: FoundEntry): FoundEntry | undefined => {
    try {
      const value = scope.codec.decode(found.entry.value as Uint8Array)
      return { ...found, entry: { ...found.entry, value } }
    } catch (error) {
      scope.undecodable(error)
      return undefined
    }
  }
  const encoded = (scope: CacheScope, entry: CacheEntry): CacheEntry => ({
    ...entry,
    value: new Uint8Array(scope.codec.encode(entry.value)),
  })
  return {
    async get(scope, key) {
      await turn()
      const found = await store.get(scope, key)
      return found && decoded(scope, found)
    },
    async getMany(scope, keys) {
      await turn()
      const found = [...(await store.getMany(scope, keys))].map(
        ([key, one]) => [key, decoded(scope, one)] as const,
      )
      return new Map(found.flatMap(([key, one]) => (one === undefined ? [] : [[key, one]])))
    },
    async set(scope, key, entry) {
      const bytes = encoded(scope, entry)
      await turn()
      return await store.set(scope, key, bytes)
    },
    touch: async (scope, key, times) => (await turn(), await store.touch(scope, key, times)),
    delete: async (scope, key) => (await turn(), await store.delete(scope, key)),
    stamp: async (scope) => (await turn(), await store.stamp(scope)),
    mark: async (scope, marks, options) => (await turn(), await store.mark(scope, marks, options)),
    stats: () => store.stats(),
  }
}

export function codedBackend(clock: ManualClock): Backend {
  const memory = memoryBackend({ clock })
  return { ...memory, kind: 'coded', shared: true, entries: codedStore(memory.entries) }
}
