import Router from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import { describe, expectTypeOf, it } from 'vitest'
import type { Decision, DeniedDecision, RateLimitGate, ResponseCache } from '@forebay/core'
import { concurrencyLimit, rateLimit, responseCache, type RateLimitState } from '@forebay/koa'

describe('the types of the Koa middlewares', () => {
  it('fit into apps and routers, also those with a state of their own', () => {
    const limit = rateLimit({ limit: 1, window: '1m' })
    const cache = responseCache({ ttl: '1m' })
    expectTypeOf(limit).toExtend<Middleware>()
    new Koa<RateLimitState>()
      .use(limit)
      .use(cache)
      .use(concurrencyLimit({ max: 1 }))
    new Koa<{ user: string }>().use(limit).use(cache)
    new Router<{ user: string }>().get('/x', limit, cache, (ctx) => (ctx.body = ctx.state.user))
    expectTypeOf(limit.limiter).toEqualTypeOf<RateLimitGate['limiter']>()
    expectTypeOf(cache.cache).toEqualTypeOf<ResponseCache>()
  })

  it('give option functions the context, and the decision last', () => {
    rateLimit({
      limit(ctx) {
        expectTypeOf(ctx).toEqualTypeOf<Context>()
        return 1
      },
      window: '1m',
      onDenied(ctx, decision) {
        expectTypeOf(ctx).toEqualTypeOf<Context>()
        expectTypeOf(decision).toEqualTypeOf<DeniedDecision>()
      },
    })
    responseCache({
      tags(ctx) {
        expectTypeOf(ctx).toEqualTypeOf<Context>()
        return []
      },
    })
  })

  it('say what stands on the state', () => {
    new Koa<RateLimitState>().use((ctx) => {
      expectTypeOf(ctx.state.rateLimit).toEqualTypeOf<Decision | undefined>()
    })
  })

  it('refuse what is no option', () => {
    // @ts-expect-error -- a misspelt option
    expectTypeOf(() => rateLimit({ limt: 1, window: '1m' })).toBeFunction()
    // @ts-expect-error -- not a duration
    expectTypeOf(() => rateLimit({ limit: 1, window: '5 parsecs' })).toBeFunction()
  })
})
