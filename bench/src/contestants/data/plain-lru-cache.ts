/** lru-cache alone: the floor. */
import { LRUCache } from 'lru-cache'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const plainLruCache: DataContestant = {
  name: 'lru-cache',
  make() {
    const cache = new LRUCache<string, object>({ max: dataEntries, ttl: dataTtlMs })
    return {
      set: (key, value) => cache.set(key, value as object),
      get: (key) => cache.get(key),
      getOrLoad: undefined,
      close: async () => cache.clear(),
    }
  },
}
