/** cacheable with its memory store. */
import { Cacheable } from 'cacheable'
import { dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const cacheable: DataContestant = {
  name: 'cacheable',
  role: 'peer',
  make() {
    const cache = new Cacheable({ ttl: dataTtlMs })
    return {
      set: (key, value) => cache.set(key, value),
      get: (key) => cache.get(key),
      getOrLoad: (key, load) => cache.getOrSet(key, load, { ttl: dataTtlMs }),
      close: () => cache.disconnect(),
    }
  },
}
