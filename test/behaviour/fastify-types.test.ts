import fastify, { type FastifyPluginCallback, type FastifyReply, type FastifyRequest } from 'fastify'
import { describe, expectTypeOf, it } from 'vitest'
import type { Decision, DeniedDecision, ResponseCache } from '@forebay/core'
import {
  concurrencyLimit,
  rateLimit,
  responseCache,
  type RateLimitPluginOptions,
  type ResponseCachePluginOptions,
  type RouteConfig,
} from '@forebay/fastify'

describe('the types of the Fastify plugins', () => {
  it('fit what register expects', () => {
    expectTypeOf(rateLimit).toEqualTypeOf<FastifyPluginCallback<RateLimitPluginOptions>>()
    expectTypeOf(responseCache).toEqualTypeOf<FastifyPluginCallback<ResponseCachePluginOptions>>()
    const app = fastify()
    void app.register(rateLimit, { limit: 1, window: '1m', global: false, hook: 'preHandler' })
    void app.register(concurrencyLimit, { max: 1 })
    void app.register(responseCache, { ttl: '1m', prefix: '/x' })
  })

  it('say what stands on the request and on the app', () => {
    const app = fastify()
    expectTypeOf(app.responseCache).toEqualTypeOf<ResponseCache>()
    app.get('/', (request) => {
      expectTypeOf(request.rateLimit).toEqualTypeOf<Decision | undefined>()
    })
  })

  it('give option functions the request and the reply, and the decision last', () => {
    const options: RateLimitPluginOptions = {
      limit(request, reply) {
        expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
        expectTypeOf(reply).toEqualTypeOf<FastifyReply>()
        return 1
      },
      window: '1m',
      onDenied(request, reply, decision) {
        expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
        expectTypeOf(reply).toEqualTypeOf<FastifyReply>()
        expectTypeOf(decision).toEqualTypeOf<DeniedDecision>()
      },
    }
    expectTypeOf(options.window).not.toBeNever()
    const app = fastify()
    const config = {
      rateLimit: { limit: 5, key: (request: FastifyRequest) => request.ip },
      responseCache: { ttl: '1m', tags: (request: FastifyRequest) => [request.url] },
      concurrencyLimit: { max: 1 },
    } as const
    app.get('/', { config }, () => 'x')
    app.get(
      '/off',
      { config: { rateLimit: false, responseCache: false, concurrencyLimit: false } },
      () => 'x',
    )
    app.get('/mine', { config: { mine: 1 } }, () => 'x')
  })

  it('refuse what is no option', () => {
    const app = fastify()
    // @ts-expect-error -- a misspelt option
    expectTypeOf(() => app.register(rateLimit, { limt: 1, window: '1m' })).toBeFunction()
    // @ts-expect-error -- no such hook
    expectTypeOf(() => app.register(rateLimit, { limit: 1, window: '1m', hook: 'onSend' })).toBeFunction()
    const wrong = {
      // @ts-expect-error -- not a duration
      rateLimit: { limit: 1, window: '5 parsecs' },
      // @ts-expect-error -- neither options nor false
      responseCache: true,
    } satisfies RouteConfig
    expectTypeOf(wrong).toBeObject()
  })
})
