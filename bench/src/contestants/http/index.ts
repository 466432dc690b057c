/** All HTTP contestants; the first of each framework is its floor. */
import type { HttpContestant } from '../../scenario.ts'
import { expressApicache } from './express-apicache.ts'
import { expressBare } from './express-bare.ts'
import { expressForebay } from './express-forebay.ts'
import { expressRateLimit } from './express-rate-limit.ts'
import { expressRaw, expressSend } from './express-raw.ts'
import { fastifyBare } from './fastify-bare.ts'
import { fastifyForebay } from './fastify-forebay.ts'
import { fastifyRateLimit } from './fastify-rate-limit.ts'
import { fastifyRaw, fastifySend } from './fastify-raw.ts'
import { koaBare } from './koa-bare.ts'
import { koaCashContestant } from './koa-cash.ts'
import { koaForebay } from './koa-forebay.ts'
import { koaRatelimit } from './koa-ratelimit.ts'
import { koaBody, koaRaw } from './koa-raw.ts'
import { nginxBefore } from './nginx.ts'

export const httpContestants: readonly HttpContestant[] = [
  expressBare,
  expressRaw,
  expressSend,
  expressForebay,
  expressRateLimit,
  expressApicache,
  nginxBefore(expressBare),
  fastifyBare,
  fastifyRaw,
  fastifySend,
  fastifyForebay,
  fastifyRateLimit,
  nginxBefore(fastifyBare),
  koaBare,
  koaRaw,
  koaBody,
  koaForebay,
  koaRatelimit,
  koaCashContestant,
  nginxBefore(koaBare),
]
