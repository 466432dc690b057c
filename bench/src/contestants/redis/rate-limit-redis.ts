/** The store of rate-limit-redis, as express-rate-limit calls it. */
import type { Options } from 'express-rate-limit'
import { Redis } from 'ioredis'
import { RedisStore, type RedisReply } from 'rate-limit-redis'
import type { RedisContestant } from '../../redis-contestant.ts'

export const rateLimitRedis: RedisContestant = {
  name: 'rate-limit-redis',
  mostPolicies: 1,
  make({ url, limit, windowMs }) {
    const client = new Redis(url)
    const store = new RedisStore({
      sendCommand: (command: string, ...words: string[]) =>
        client.call(command, ...words) as Promise<RedisReply>,
    })
    // The store reads nothing else of its options.
    const ready = store.init({ windowMs } as Options)
    return {
      async decide(key) {
        await ready
        return (await store.increment(key)).totalHits <= limit
      },
      close: async () => client.disconnect(),
    }
  },
}
