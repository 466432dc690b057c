/** createCache of @forebay/core with near copies in front of Redis: what is near is answered without it. */
import { createCache, memoryBackend, tieredBackend } from '@forebay/core'
import { redisBackend } from '@forebay/redis'
import { dataEntries, dataTtlMs, type DataContestant } from '../../data-contestant.ts'

export const forebayTiered: DataContestant = {
  name: 'forebay, near copies of Redis',
  role: 'ours',
  hasRedis: true,
  make(redisUrl) {
    if (redisUrl === undefined) throw new Error('no redis-server found')
    const backend = tieredBackend({
      near: memoryBackend({ maxEntries: dataEntries, maxBytes: 2 ** 30 }),
      far: redisBackend(redisUrl, { prefix: `bench:${process.pid}:`, timeout: 10_000 }),
      nearTtl: '1h',
    })
    const cache = createCache({ namespace: 'bench', ttl: dataTtlMs, timeout: '10s', backend })
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
