/** createCache of @forebay/core: as it is by default, and handing out one frozen value instead of copies. */
import { createCache, memoryBackend } from '@forebay/core'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

function forebay(name: string, freeze: boolean): DataContestant {
  return {
    name,
    role: 'ours',
    make() {
      const backend = memoryBackend({ maxEntries: dataEntries, maxBytes: 2 ** 30 })
      const cache = createCache({ namespace: 'bench', ttl: dataTtlMs, freeze, backend })
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
}

export const forebayContestants: readonly DataContestant[] = [
  forebay('forebay', false),
  forebay('forebay, freeze', true),
]
