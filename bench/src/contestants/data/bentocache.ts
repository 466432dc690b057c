/** bentocache with its memory driver, which keeps the values themselves. */
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const bentocache: DataContestant = {
  name: 'bentocache',
  role: 'peer',
  make() {
    const bento = new BentoCache({
      default: 'memory',
      ttl: dataTtlMs,
      stores: {
        memory: bentostore().useL1Layer(memoryDriver({ maxItems: dataEntries, serialize: false })),
      },
    })
    return {
      set: (key, value) => bento.set({ key, value }),
      get: (key) => bento.get({ key }),
      getOrLoad: (key, load) => bento.getOrSet({ key, factory: load }),
      close: () => bento.disconnectAll(),
    }
  },
}
