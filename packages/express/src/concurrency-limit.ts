/** `concurrencyLimit` as Express middleware. */
import type { Request, Response } from 'express'
import { createConcurrencyGate, type ConcurrencyLimiter, type ConcurrencyLimitOptions } from '@forebay/core'
import { admitting } from './admit.ts'
import type { Middleware } from './middleware.ts'

export interface ConcurrencyLimitMiddleware extends Middleware {
  readonly limiter: ConcurrencyLimiter
}

/**
 * Bounds what runs at once: `app.use(concurrencyLimit({ max: 50, queue: 100 }))`. A permit returns when the response has
 * left or its client has; what finds no place is answered with 503.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function concurrencyLimit(
  options: ConcurrencyLimitOptions<[req: Request, res: Response]>,
): ConcurrencyLimitMiddleware {
  const gate = createConcurrencyGate(options)
  return Object.assign(admitting(gate), { limiter: gate.limiter })
}
