/** cache-manager with its memory store. */
import { createCache } from 'cache-manager'
import { dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const cacheManager: DataContestant = {
  name: 'cache-manager',
  role: 'peer',
  make() {
    const cache = createCache({ ttl: dataTtlMs })
    return {
      set: (key, value) => cache.set(key, value),
      get: (key) => cache.get(key),
      getOrLoad: (key, load) => cache.wrap(key, load),
      close: async () => {
        await cache.disconnect()
      },
    }
  },
}
