/** What stands around a response cache in Fastify: hooks that answer, error and 404 handlers, HEAD routes, compression. */
import { gunzipSync } from 'node:zlib'
import compress from '@fastify/compress'
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { responseCache } from '@forebay/fastify'

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

async function made(build: (app: FastifyInstance) => unknown, options = {}): Promise<FastifyInstance> {
  const app = fastify(options)
  onTestFinished(() => app.close())
  await build(app)
  return app
}

describe('a response cache in Fastify', () => {
  it('never answers for a route whose own hooks refuse', async () => {
    const app = await made(async (own) => {
      await own.register(responseCache, { ttl: '1m' })
      const guard = {
        preHandler: async (
          request: { headers: Record<string, unknown> },
          reply: { code(status: number): { send(body: string): unknown } },
        ) => {
          if (request.headers['x-pass'] !== 'yes') await reply.code(401).send('no')
        },
      }
      own.get('/', guard as never, () => 'secret')
    })
    expect((await app.inject({ url: '/', headers: { 'x-pass': 'yes' } })).body).toBe('secret')
    expect((await app.inject({ url: '/', headers: { 'x-pass': 'yes' } })).headers['cache-status']).toMatch(
      /hit/,
    )
    const refused = await app.inject('/')
    expect([refused.statusCode, refused.body, refused.headers['cache-status']]).toEqual([
      401,
      'no',
      undefined,
    ])
  })

  it.each<[string, (route: RouteOptions, guard: Guard) => void]>([
    ['puts', (route, guard) => (route.preHandler = [route.preHandler ?? [], guard].flat() as never)],
    ['pushes', (route, guard) => (route.preHandler as unknown as Guard[]).push(guard)],
  ])('never answers past a hook that a later plugin %s on its routes', async (_how, add) => {
    const app = await made(async (own) => {
      await own.register(responseCache, { ttl: '1m' })
      own.addHook('onRoute', (route) =>
        add(route, async (request, reply) => {
          if (request.headers['x-pass'] !== 'yes') await reply.code(401).send('no')
        }),
      )
      own.get('/', () => 'secret')
    })
    const statuses: unknown[] = []
    for (const pass of ['yes', 'yes', 'no']) {
      for (const method of ['GET', 'HEAD'] as const) {
        statuses.push((await app.inject({ method, url: '/', headers: { 'x-pass': pass } })).statusCode)
      }
    }
    expect(statuses).toEqual([200, 200, 200, 200, 401, 401])
  })

  it.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)(
    'stores nothing that a hook of the app answers in %s',
    async (point) => {
      const app = await made(async (own) => {
        await own.register(responseCache, { ttl: '1m' })
        own.addHook(point as 'onRequest', async (_request, reply) => void (await reply.send('from the hook')))
        own.get('/', () => 'never')
      })
      for (let time = 0; time < 2; time++) {
        const { body, headers } = await app.inject('/')
        expect([body, headers['cache-status']]).toEqual(['from the hook', undefined])
      }
    },
  )

  it('stores no error of the error handler, unless that says so', async () => {
    let runs = 0
    const app = await made(async (own) => {
      await own.register(responseCache, { ttl: '1m' })
      own.setErrorHandler((error: Error, _request, reply) => {
        if (error.message === 'keep') reply.header('cache-control', 'max-age=60')
        return reply.code(503).send({ sorry: error.message })
      })
      own.get('/:message', (request) => {
        runs++
        throw new Error((request.params as { readonly message: string }).message)
      })
    })
    for (const path of ['/drop', '/drop', '/keep', '/keep']) {
      expect((await app.inject(path)).json()).toEqual({ sorry: path.slice(1) })
    }
    expect(runs).toBe(3)
  })

  it('keeps apart what is routed apart: by version, and by constraints of the app', async () => {
    const app = await made(
      async (own) => {
        await own.register(responseCache, { ttl: '1m' })
        own.get('/', () => 'any')
        for (const version of ['1.0.0', '2.0.0']) own.get('/', { constraints: { version } }, () => version)
        own.get('/', { constraints: { tenant: 'a' } }, () => 'a')
      },
      {
        routerOptions: {
          constraints: {
            tenant: {
              name: 'tenant',
              storage: () => {
                const handlers: Record<string, unknown> = {}
                return {
                  get: (key: string) => handlers[key] ?? null,
                  set: (key: string, store: unknown) => (handlers[key] = store),
                }
              },
              deriveConstraint: (request: { headers: Record<string, string> }) => request.headers['x-tenant'],
              validate: () => true,
            },
          },
        },
      },
    )
    const asked: readonly (readonly [Record<string, string>, string])[] = [
      [{ 'accept-version': '1.x' }, '1.0.0'],
      [{ 'accept-version': '2.x' }, '2.0.0'],
      [{ 'x-tenant': 'a' }, 'a'],
      [{}, 'any'],
    ]
    for (const round of ['stored', 'hit']) {
      for (const [headers, body] of asked) {
        const answer = await app.inject({ url: '/', headers })
        expect([answer.body, answer.headers['cache-status']]).toEqual([body, expect.stringContaining(round)])
      }
    }
  })

  it('keeps out of the way of the 404 handler', async () => {
    let runs = 0
    const app = await made(async (own) => {
      await own.register(responseCache, { ttl: '1m' })
      own.setNotFoundHandler((_request, reply) => reply.code(404).send(`miss ${++runs}`))
      own.get('/gone', (_request, reply) => reply.callNotFound())
    })
    for (const path of ['/nowhere', '/gone', '/nowhere', '/gone']) {
      const { statusCode, body } = await app.inject(path)
      expect([statusCode, body]).toEqual([404, expect.stringMatching(/^miss/)])
    }
  })

  it.each<[string, (app: FastifyInstance) => unknown, number]>([
    ['text', (app) => app.get('/', () => 'x'), 200],
    ['204', (app) => app.get('/', (_request, reply) => reply.code(204).send()), 204],
    ['null', (app) => app.get('/', (_request, reply) => reply.send(null)), 200],
    [
      'a HEAD route of its own',
      (app) => app.head('/', (_request, reply) => reply.header('x-own', '1').send()),
      200,
    ],
  ])('answers HEAD as Fastify does before anything is stored: %s', async (_what, add, status) => {
    const bare = await made(add)
    const app = await made(async (own) => {
      await own.register(responseCache, { ttl: '1m' })
      add(own)
    })
    const expected = await bare.inject({ method: 'HEAD', url: '/' })
    const head = await app.inject({ method: 'HEAD', url: '/' })
    expect([head.statusCode, head.body]).toEqual([status, expected.body])
    expect(head.headers['x-own']).toBe(expected.headers['x-own'])
    expect(head.headers['content-type']).toBe(expected.headers['content-type'])
  })

  it.each(['outside', 'inside'])('serves each client what it accepts, with compression %s', async (where) => {
    const text = 'water '.repeat(500)
    let runs = 0
    const app = await made(async (own) => {
      if (where === 'inside') await own.register(compress, { threshold: 0 })
      await own.register(responseCache, { ttl: '1m' })
      if (where === 'outside') await own.register(compress, { threshold: 0 })
      own.get('/', (_request, reply) => {
        runs++
        return reply.type('text/plain').send(text)
      })
    })
    for (const encoding of ['gzip', 'identity', 'gzip', 'identity']) {
      const { rawPayload, headers } = await app.inject({ url: '/', headers: { 'accept-encoding': encoding } })
      const isCompressed = headers['content-encoding'] === 'gzip'
      expect(isCompressed).toBe(encoding === 'gzip')
      expect((isCompressed ? gunzipSync(rawPayload) : rawPayload).toString()).toBe(text)
    }
    expect(runs).toBeLessThanOrEqual(2)
  })
})
