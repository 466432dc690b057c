/** lru-cache alone, with its own `fetch` to load: the floor. */
import { LRUCache } from 'lru-cache'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

type Load = () => Promise<unknown>

export const plainLruCache: DataContestant = {
  name: 'lru-cache',
  role: 'floor',
  make() {
    const cache = new LRUCache<string, object, Load>({
      max: dataEntries,
      ttl: dataTtlMs,
      fetchMethod: async (_key, _stale, { context }) => (await context()) as object,
    })
    return {
      set: (key, value) => cache.set(key, value as object),
      get: (key) => cache.get(key),
      getOrLoad: (key, load) => cache.fetch(key, { context: load }),
      close: async () => cache.clear(),
    }
  },
}
