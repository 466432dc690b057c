/** The RedisStore of @fastify/rate-limit. */
import RedisStore from '@fastify/rate-limit/store/RedisStore.js'
import { Redis } from 'ioredis'
import type { RedisContestant } from '../../redis-contestant.ts'

export const fastifyRedisStore: RedisContestant = {
  name: '@fastify/rate-limit RedisStore',
  mostPolicies: 1,
  make({ url, limit, windowMs }) {
    const client = new Redis(url)
    const store = new RedisStore(false, false, client)
    return {
      decide: (key) =>
        new Promise((resolve, reject) => {
          const answered = (error: Error | null, result?: { current: number }): void => {
            if (error || !result) reject(error ?? new Error('no result'))
            else resolve(result.current <= limit)
          }
          store.incr(key, answered, windowMs, limit)
        }),
      close: async () => client.disconnect(),
    }
  },
}
