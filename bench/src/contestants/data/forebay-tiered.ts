/** createCache of @forebay/core with near copies in front of Redis: what is near is answered without it. */
import { memoryBackend, tieredBackend } from '@forebay/core'
import { redisBackend } from '@forebay/redis'
import { dataEntries, type DataContestant } from '../../data-contestant.ts'
import { forebaySubject } from '../../forebay-subject.ts'

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
    return forebaySubject(backend, { timeout: '10s' })
  },
}
