/** rate-limiter-flexible on Redis, with its memory of blocked keys switched on; several policies as its union. */
import { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible'
import type { RedisContestant } from '../../redis-contestant.ts'

export const rateLimiterFlexible: RedisContestant = {
  name: 'rate-limiter-flexible',
  role: 'peer',
  make({ url, limit, windowMs, policies }) {
    const client = new Redis(url)
    const limiters = Array.from(
      { length: policies },
      (_, index) =>
        new RateLimiterRedis({
          storeClient: client,
          keyPrefix: `rlf${index}`,
          points: limit,
          duration: (windowMs * (index + 1)) / 1_000,
          inMemoryBlockOnConsumed: limit,
        }),
    )
    const [first] = limiters
    const limiter = policies === 1 && first ? first : new RateLimiterUnion(...limiters)
    return {
      decide: (key) =>
        limiter.consume(key).then(
          () => true,
          (refused: unknown) => {
            if (refused instanceof Error) throw refused
            return false
          },
        ),
      close: async () => client.disconnect(),
    }
  },
}
