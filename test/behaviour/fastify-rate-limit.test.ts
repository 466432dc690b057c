/** `rateLimit` and `concurrencyLimit` as Fastify plugins: per route, per context, 404s, decorations, types. */
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import type { Decision } from '@forebay/core'
import {
  concurrencyLimit,
  rateLimit,
  type RateLimitPluginOptions,
  type RouteRateLimitOptions,
} from '@forebay/fastify'

async function limited(
  options: RateLimitPluginOptions,
  routes: (app: FastifyInstance) => unknown = () => undefined,
): Promise<FastifyInstance> {
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(rateLimit, options)
  app.get('/a', () => 'a')
  app.get('/b', () => 'b')
  await routes(app)
  return app
}

async function statuses(app: FastifyInstance, ...urls: string[]): Promise<number[]> {
  const all: number[] = []
  for (const url of urls) all.push((await app.inject(url)).statusCode)
  return all
}

/** Policies stand in the place of a limit and a window. */
function overQuota(route: RouteRateLimitOptions): RouteRateLimitOptions {
  return route.policies === undefined ? { limit: 1, window: '1m', ...route } : route
}

describe('rateLimit in Fastify', () => {
  it('counts all routes together, and requests without a route', async () => {
    const app = await limited({ limit: 2, window: '1m' })
    expect(await statuses(app, '/a', '/nowhere', '/b', '/nowhere')).toEqual([200, 404, 429, 429])
  })

  it("lets a route's config replace the quota, in a counter of its own", async () => {
    const app = await limited({ policies: [{ name: 'all', limit: 1, window: '1m' }] }, (own) =>
      own.get('/own', { config: { rateLimit: { limit: 2, window: '1m' } } }, () => 'own'),
    )
    expect(await statuses(app, '/a', '/own', '/own', '/own', '/b')).toEqual([200, 200, 200, 429, 429])
  })

  it.each<[RateLimitPluginOptions, RouteRateLimitOptions]>([
    [{ algorithm: 'gcra', burst: 3 }, { algorithm: 'fixed-window' }],
    [{ algorithm: 'gcra', burst: 3 }, { policies: [{ name: 'own', limit: 1, window: '1m' }] }],
    [{ count: 'failed', isSuccessful: () => true }, { count: 'all' }],
    [{ expectedNodes: 2 }, { onBackendError: 'open' }],
  ])('inherits nothing that a route gives no meaning: of %j, by %j', async (plugin, route) => {
    const app = await limited({ limit: 9, window: '1m', ...plugin }, (own) =>
      own.get('/own', { config: { rateLimit: overQuota(route) } }, () => 'own'),
    )
    expect(await statuses(app, '/own', '/own')).toEqual([200, 429])
  })

  it.each<[boolean | string | ((address: string) => boolean), number]>([
    [true, 1],
    [() => true, 1],
    [(address) => address === '127.0.0.1', 0],
    ['127.0.0.1', 0],
    [false, 0],
  ])('warns once of a trustProxy that believes everybody: %s', async (trustProxy, warnings) => {
    const warn = vi.fn()
    const app = fastify({ trustProxy })
    onTestFinished(() => app.close())
    await app.register(rateLimit, { limit: 9, window: '1m', logger: { warn, error: vi.fn() } })
    await statuses(app, '/', '/')
    expect(warn).toHaveBeenCalledTimes(warnings)
  })

  it('shows onDenied and body the decision on the request, too', async () => {
    const told: unknown[] = []
    const app = await limited(
      { limit: 0, window: '1m', body: (request) => String(told.push(request.rateLimit?.allowed)) },
      (own) =>
        own.get(
          '/own',
          {
            config: { rateLimit: { onDenied: (request) => ({ told: told.push(request.rateLimit?.limit) }) } },
          },
          () => 'own',
        ),
    )
    expect(await statuses(app, '/a', '/own')).toEqual([429, 429])
    expect(told).toEqual([false, 0])
  })

  it('leaves alone routes that say false, and with global: false all that do not ask', async () => {
    const off = await limited({ limit: 0, window: '1m' }, (app) =>
      app.get('/off', { config: { rateLimit: false } }, () => 'off'),
    )
    expect(await statuses(off, '/off', '/a')).toEqual([200, 429])
    const asked = await limited({ limit: 0, window: '1m', global: false }, (app) =>
      app.get('/asked', { config: { rateLimit: {} } }, () => 'asked'),
    )
    expect(await statuses(asked, '/a', '/asked')).toEqual([200, 429])
  })

  it.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)(
    'counts in %s',
    async (hook) => {
      const app = await limited({ limit: 1, window: '1m', hook }, (own) =>
        own.get('/missing', (_request, reply) => reply.callNotFound()),
      )
      expect(await statuses(app, '/missing', '/a')).toEqual([404, 429])
    },
  )

  it('counts each context by its own registration', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    for (const [prefix, limit] of [
      ['/one', 1],
      ['/two', 2],
    ] as const) {
      await app.register(
        async (context) => {
          await context.register(rateLimit, { limit, window: '1m' })
          context.get('/', () => prefix)
        },
        { prefix },
      )
    }
    expect(await statuses(app, '/one', '/one', '/two', '/two', '/two')).toEqual([200, 429, 200, 200, 429])
  })

  it('keeps its fields through an error handler', async () => {
    const app = await limited({ limit: 5, window: '1m' }, (own) => {
      own.setErrorHandler((_error, _request, reply) => reply.code(503).send('sorry'))
      own.get('/throws', () => {
        throw new Error('a bug')
      })
    })
    const answer = await app.inject('/throws')
    expect([answer.statusCode, answer.headers['x-ratelimit-remaining']]).toEqual([503, '4'])
  })

  it('refuses wrong options when the plugin or the route is added', async () => {
    const wrong = { limit: 1, windw: '1m' } as unknown as RateLimitPluginOptions
    await expect(fastify().register(rateLimit, wrong)).rejects.toThrow(/windw.*window/)
    const app = await limited({ limit: 1, window: '1m' })
    expect(() => app.get('/c', { config: { rateLimit: { limit: -1 } } }, () => 'c')).toThrow(/limit/)
  })

  it('puts the decision on the request', async () => {
    let seen: Decision | undefined
    const app = await limited({ limit: 3, window: '1m' }, (own) =>
      own.get('/seen', (request) => {
        expectTypeOf(request.rateLimit).toEqualTypeOf<Decision | undefined>()
        seen = request.rateLimit
        return 'seen'
      }),
    )
    await app.inject('/seen')
    expect(seen).toMatchObject({ allowed: true, remaining: 2 })
  })
})

describe('concurrencyLimit in Fastify', () => {
  it('refuses what is too much at once, and gives the permit back', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    await app.register(concurrencyLimit, { max: 1 })
    let finish = (): void => undefined
    app.get('/slow', () => new Promise((resolve) => (finish = () => resolve('slow'))))
    app.get('/a', () => 'a')
    await app.ready()
    const slow = app.inject('/slow').then((answer) => answer.statusCode)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await statuses(app, '/a')).toEqual([503])
    finish()
    expect(await slow).toBe(200)
    expect(await statuses(app, '/a')).toEqual([200])
  })
})
