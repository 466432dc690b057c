/** `rateLimit` as Express middleware. */
import type { Request, Response } from 'express'
import { createRateLimitGate, type RateLimitGate, type RateLimitOptions } from '@forebay/core'
import { admitting } from './admit.ts'
import type { Middleware } from './middleware.ts'

export interface RateLimitMiddleware extends Middleware {
  /** The limiter behind: its counters, its statistics, its events. */
  readonly limiter: RateLimitGate['limiter']
}

/**
 * Limits the rate of requests: `app.use(rateLimit({ limit: 100, window: '1m' }))`, or on one route. The decision stands on
 * `req.rateLimit`; a denied request is answered and goes no further.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function rateLimit(options: RateLimitOptions<[req: Request, res: Response]>): RateLimitMiddleware {
  const gate = createRateLimitGate(options)
  return Object.assign(admitting(gate), { limiter: gate.limiter })
}
