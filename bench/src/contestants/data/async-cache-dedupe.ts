/** async-cache-dedupe with its memory storage. It has no `get` of its own: a defined function is called. */
import { createCache } from 'async-cache-dedupe'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const asyncCacheDedupe: DataContestant = {
  name: 'async-cache-dedupe',
  role: 'peer',
  getLoads: true,
  make() {
    const values = new Map<string, unknown>()
    let load: (() => Promise<unknown>) | undefined
    const cache = createCache({
      ttl: dataTtlMs / 1_000,
      storage: { type: 'memory', options: { size: dataEntries } },
    }).define('value', async (key: string) => (load === undefined ? values.get(key) : await load()))
    return {
      async set(key, value) {
        values.set(key, value)
        await cache.value(key)
      },
      get: (key) => cache.value(key),
      getOrLoad(key, loader) {
        load = loader
        return cache.value(key)
      },
      close: async () => {
        await cache.clear()
      },
    }
  },
}
