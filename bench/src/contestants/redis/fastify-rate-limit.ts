/** The RedisStore of @fastify/rate-limit; several policies as several stores, asked at once. */
import RedisStore from '@fastify/rate-limit/store/RedisStore.js'
import { Redis } from 'ioredis'
import type { RedisContestant } from '../../redis-contestant.ts'

export const fastifyRedisStore: RedisContestant = {
  name: '@fastify/rate-limit RedisStore',
  role: 'peer',
  make({ url, limit, windowMs, policies }) {
    const client = new Redis(url)
    const stores = Array.from({ length: policies }, (_, index) => {
      const store = new RedisStore(false, false, client, `frl${index}:`)
      return (key: string) =>
        new Promise<boolean>((resolve, reject) => {
          const answered = (error: Error | null, result?: { current: number }): void => {
            if (error || !result) reject(error ?? new Error('no result'))
            else resolve(result.current <= limit)
          }
          store.incr(key, answered, windowMs * (index + 1), limit)
        })
    })
    const [only] = stores
    if (policies === 1 && only) return { decide: only, close: async () => client.disconnect() }
    return {
      decide: async (key) => (await Promise.all(stores.map((admits) => admits(key)))).every(Boolean),
      close: async () => client.disconnect(),
    }
  },
}
