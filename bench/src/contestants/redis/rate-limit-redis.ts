/** The store of rate-limit-redis, as express-rate-limit calls it; several policies as several stores, asked at once. */
import type { Options } from 'express-rate-limit'
import { Redis } from 'ioredis'
import { RedisStore, type RedisReply } from 'rate-limit-redis'
import type { RedisContestant } from '../../redis-contestant.ts'

export const rateLimitRedis: RedisContestant = {
  name: 'rate-limit-redis',
  role: 'peer',
  make({ url, limit, windowMs, policies }) {
    const client = new Redis(url)
    const stores = Array.from({ length: policies }, async (_, index) => {
      const store = new RedisStore({
        prefix: `rl${index}:`,
        sendCommand: (command: string, ...words: string[]) =>
          client.call(command, ...words) as Promise<RedisReply>,
      })
      // The store reads nothing else of its options.
      await store.init({ windowMs: windowMs * (index + 1) } as Options)
      return store
    })
    const [only] = stores
    const admits = async (store: Promise<RedisStore> | undefined, key: string): Promise<boolean> =>
      ((await (await store)?.increment(key))?.totalHits ?? 0) <= limit
    return {
      decide: async (key) =>
        policies === 1
          ? await admits(only, key)
          : (await Promise.all(stores.map((store) => admits(store, key)))).every(Boolean),
      close: async () => client.disconnect(),
    }
  },
}
