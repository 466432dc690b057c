/** `rateLimit` as Koa middleware. */
import type { Context, Middleware } from 'koa'
import { createRateLimitGate, type RateLimitGate, type RateLimitOptions } from '@forebay/core'
import { admitting } from './admit.ts'

export interface RateLimitMiddleware extends Middleware {
  /** The limiter behind: its counters, its statistics, its events. */
  readonly limiter: RateLimitGate['limiter']
}

/**
 * Limits the rate of requests: `app.use(rateLimit({ limit: 100, window: '1m' }))`, or on one route of a router. The
 * decision stands on `ctx.state.rateLimit`; a denied request goes no further down.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function rateLimit(options: RateLimitOptions<[ctx: Context]>): RateLimitMiddleware {
  const gate = createRateLimitGate(options)
  return Object.assign(admitting(gate), { limiter: gate.limiter })
}
