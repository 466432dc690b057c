import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import { describe, expectTypeOf, it } from 'vitest'
import type { Backend, Decision, DeniedDecision, RateLimitGate, ResponseCache } from '@forebay/core'
import { createCache, createRateLimiter } from '@forebay/core'
import { concurrencyLimit, rateLimit, responseCache } from '@forebay/express'

describe('the types of the Express middlewares', () => {
  const limit = rateLimit({ limit: 1, window: '1m' })
  const bound = concurrencyLimit({ max: 1 })
  const cache = responseCache({ ttl: '1m' })

  it('fit into apps and routers', () => {
    expectTypeOf(limit).toExtend<RequestHandler>()
    expectTypeOf(cache).toExtend<RequestHandler<{ id: string }>>()
    express().use(limit).use('/a', limit, bound, cache).all('/b', limit)
    Router().use([limit, bound, cache])
    expectTypeOf(limit.limiter).toEqualTypeOf<RateLimitGate['limiter']>()
    expectTypeOf(cache.cache).toEqualTypeOf<ResponseCache>()
  })

  it('leave it to the path which parameters a handler finds', () => {
    express().get('/users/:id', limit, bound, cache, (req) => {
      expectTypeOf(req.params.id).toEqualTypeOf<string>()
      expectTypeOf(req.rateLimit).toEqualTypeOf<Decision | undefined>()
    })
    express().get<'/users/:id', { id: 'a' | 'b' }>('/users/:id', limit, (req) => {
      expectTypeOf(req.params.id).toEqualTypeOf<'a' | 'b'>()
    })
  })

  it('give option functions request and response, and the decision last', () => {
    rateLimit({
      limit(req, res) {
        expectTypeOf(req).toEqualTypeOf<Request>()
        expectTypeOf(res).toEqualTypeOf<Response>()
        return 1
      },
      window: '1m',
      onDenied(req, res, decision) {
        expectTypeOf(req).toEqualTypeOf<Request>()
        expectTypeOf(res).toEqualTypeOf<Response>()
        expectTypeOf(decision).toEqualTypeOf<DeniedDecision>()
      },
    })
  })

  it('take a backend that may not be there, as redisBackendFromEnv answers', () => {
    const backend = undefined as Backend | undefined
    rateLimit({ limit: 1, window: '1m', backend })
    concurrencyLimit({ max: 1, backend })
    responseCache({ ttl: '1m', backend })
    createRateLimiter({ limit: 1, window: '1m', backend })
    createCache({ namespace: 'users', ttl: '1m', backend })
  })
})
