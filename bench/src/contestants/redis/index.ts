/** All contestants that decide in Redis; the first is the floor. */
import type { RedisContestant } from '../../redis-contestant.ts'
import { fastifyRedisStore } from './fastify-rate-limit.ts'
import { plainGet, smallestScript } from './floors.ts'
import { forebayContestants } from './forebay.ts'
import { rateLimitRedis } from './rate-limit-redis.ts'
import { rateLimiterFlexible } from './rate-limiter-flexible.ts'

export const redisContestants: readonly RedisContestant[] = [
  plainGet,
  smallestScript,
  ...forebayContestants,
  fastifyRedisStore,
  rateLimitRedis,
  rateLimiterFlexible,
]
