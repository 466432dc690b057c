/** createCache of @forebay/core. */
import { createCache, memoryBackend } from '@forebay/core'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const forebay: DataContestant = {
  name: 'forebay',
  role: 'ours',
  make() {
    const backend = memoryBackend({ maxEntries: dataEntries, maxBytes: 2 ** 30 })
    const cache = createCache({ namespace: 'bench', ttl: dataTtlMs, backend })
    return {
      set: (key, value) => cache.set(key, value),
      get: (key) => cache.get(key),
      getOrLoad: (key, load) => cache.getOrLoad(key, load),
      close: async () => {
        await cache.close()
        await backend.close()
      },
    }
  },
}
