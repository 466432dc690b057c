/** All contestants that decide in memory; the first is the floor. */
import type { DecisionContestant } from '../../decision-contestant.ts'
import { bareMap } from './bare-map.ts'
import { expressRateLimitStore } from './express-rate-limit.ts'
import { fastifyLocalStore } from './fastify-rate-limit.ts'
import { forebayContestants } from './forebay.ts'
import { plainLruCache } from './plain-lru-cache.ts'
import { rateLimiterFlexible } from './rate-limiter-flexible.ts'

export const decisionContestants: readonly DecisionContestant[] = [
  bareMap,
  plainLruCache,
  ...forebayContestants,
  fastifyLocalStore,
  expressRateLimitStore,
  rateLimiterFlexible,
]
