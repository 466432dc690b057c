/** `responseCache` as Koa middleware. */
import type { Context, Middleware, Next } from 'koa'
import {
  createResponseCacheGate,
  isPromise,
  type CacheOutcome,
  type ResponseCache,
  type ResponseCacheOptions,
} from '@forebay/core'
import { KoaExchange } from './koa-exchange.ts'
import { recordDownstream } from './record-downstream.ts'
import { sendReused } from './send-response.ts'

export interface ResponseCacheMiddleware extends Middleware {
  /** The cache behind: its invalidation, its statistics, its events. */
  readonly cache: ResponseCache
}

/**
 * Answers from stored responses, and stores what the handlers below it answer: `app.use(responseCache({ ttl: '1m' }))`,
 * or on one route of a router. What stands outside it finds the body as a Buffer or a stream, on a miss as on a hit.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function responseCache(options: ResponseCacheOptions<[ctx: Context]> = {}): ResponseCacheMiddleware {
  const gate = createResponseCacheGate(options)
  const middleware: Middleware = (ctx, next) => {
    const outcome = gate.handle(new KoaExchange(ctx, middleware))
    return isPromise(outcome)
      ? outcome.then((settled) => actOn(settled, ctx, next))
      : actOn(outcome, ctx, next)
  }
  return Object.assign(middleware, { cache: gate.cache })
}

function actOn(outcome: CacheOutcome, ctx: Context, next: Next): Promise<void> | undefined {
  if (outcome.type === 'continue') return recordDownstream(ctx, next, outcome.recorder)
  sendReused(ctx, outcome.response)
  return undefined
}
