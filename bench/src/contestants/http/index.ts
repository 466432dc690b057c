/** All HTTP contestants; the first of each framework is its floor. */
import type { HttpContestant } from '../../scenario.ts'
import { expressApicache } from './express-apicache.ts'
import { expressBare } from './express-bare.ts'
import { expressForebay } from './express-forebay.ts'
import { expressRateLimit } from './express-rate-limit.ts'
import { expressRaw } from './express-raw.ts'
import { fastifyBare } from './fastify-bare.ts'
import { fastifyForebay } from './fastify-forebay.ts'
import { fastifyRateLimit } from './fastify-rate-limit.ts'
import { fastifyRaw } from './fastify-raw.ts'
import { koaBare } from './koa-bare.ts'
import { koaCashContestant } from './koa-cash.ts'
import { koaForebay } from './koa-forebay.ts'
import { koaRatelimit } from './koa-ratelimit.ts'
import { koaRaw } from './koa-raw.ts'

export const httpContestants: readonly HttpContestant[] = [
  expressBare,
  expressRaw,
  expressForebay,
  expressRateLimit,
  expressApicache,
  fastifyBare,
  fastifyRaw,
  fastifyForebay,
  fastifyRateLimit,
  koaBare,
  koaRaw,
  koaForebay,
  koaRatelimit,
  koaCashContestant,
]
