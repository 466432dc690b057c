/** `responseCache` as Express middleware. */
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import {
  createResponseCacheGate,
  isPromise,
  sendReused,
  tapResponse,
  type CacheOutcome,
  type ResponseCache,
  type ResponseCacheOptions,
} from '@forebay/core'
import { ExpressExchange } from './express-exchange.ts'
import type { Middleware } from './middleware.ts'
import { Placing } from './mounting.ts'
import { shareShape } from './shared-shape.ts'

export interface ResponseCacheMiddleware extends Middleware {
  /** The cache behind: its invalidation, its statistics, its events. */
  readonly cache: ResponseCache
}

/**
 * Answers from stored responses, and stores what the handlers behind it answer: `app.use(responseCache({ ttl: '1m' }))`, or
 * on one route. Middleware in front of it (compression, CORS, sessions) acts on a hit as it does on a miss.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function responseCache(
  options: ResponseCacheOptions<[req: Request, res: Response]> = {},
): ResponseCacheMiddleware {
  const gate = createResponseCacheGate(options)
  const middleware: RequestHandler = (req, res, next) => {
    shareShape(req, res)
    const outcome = gate.handle(new ExpressExchange(req, res, placing))
    if (isPromise(outcome)) outcome.then((settled) => actOn(settled, res, next), next)
    else actOn(outcome, res, next)
  }
  const placing = new Placing(middleware)
  return Object.assign(middleware as Middleware, { cache: gate.cache })
}

function actOn(outcome: CacheOutcome, res: Response, next: NextFunction): void {
  if (outcome.type === 'respond') {
    sendReused(res, outcome.response)
  } else {
    tapResponse(res, outcome.recorder)
    next()
  }
}
