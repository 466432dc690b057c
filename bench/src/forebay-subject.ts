/** A data cache of forebay as a contestant, on whichever backend. */
import { createCache, type Backend, type CreateCacheOptions } from '@forebay/core'
import { dataTtlMs, type DataSubject } from './data-contestant.ts'

/** @param options what is not as by default. */
export function forebaySubject(backend: Backend, options: Partial<CreateCacheOptions> = {}): DataSubject {
  const cache = createCache({ namespace: 'bench', ttl: dataTtlMs, backend, ...options })
  return {
    set: (key, value) => cache.set(key, value),
    get: (key) => cache.get(key),
    getOrLoad: (key, load) => cache.getOrLoad(key, load),
    close: async () => {
      await cache.close()
      await backend.close()
    },
  }
}
