/** What a handler has sent is told from what hooks add, also where that is hard to tell; and never at the cost of the app. */
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/fastify'

const logger = { warn: () => undefined, error: () => undefined }

async function headersOf(
  app: FastifyInstance,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  return (await app.inject({ url: '/', headers })).headers
}

it('stores what hooks before the serialization say, as they do not run on a hit', async () => {
  const app = fastify()
  await app.register(responseCache, { ttl: '5m', logger })
  app.addHook('preSerialization', async (_request, reply, payload) => {
    await Promise.resolve()
    reply.header('x-total', String((payload as readonly unknown[]).length))
    return payload
  })
  const preSerialization = async (_: unknown, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    await Promise.resolve()
    reply.header('x-route', 'yes')
    return payload
  }
  app.get('/', { preSerialization }, () => [1, 2, 3])
  await app.inject('/')
  expect(await headersOf(app)).toMatchObject({
    'cache-status': expect.stringContaining('hit'),
    'x-total': '3',
    'x-route': 'yes',
  })
  await app.close()
})

it('stores the cookies of a Response without those that hooks have set before', async () => {
  let sessions = 0
  const app = fastify()
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('set-cookie', `session=${++sessions}`)
    done(null, payload)
  })
  await app.register(responseCache, { ttl: '5m', logger, setCookie: 'store' })
  app.get('/', () => new Response('water', { headers: { 'set-cookie': 'theme=dark' } }))
  expect((await headersOf(app))['set-cookie']).toEqual(['session=1', 'theme=dark'])
  expect((await headersOf(app))['set-cookie']).toEqual(['theme=dark', 'session=2'])
  await app.close()
})

it('leaves hooks their cookies when what is stored stands in for a handler that fails', async () => {
  let runs = 0
  const app = fastify()
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('set-cookie', `session=${runs}`)
    done(null, payload)
  })
  await app.register(responseCache, { logger })
  app.get('/', (_request, reply) => {
    if (++runs > 1) return reply.code(500).header('set-cookie', 'flash=failed').send('wine')
    return reply.header('cache-control', 'max-age=0, stale-if-error=600').send('water')
  })
  await app.inject('/')
  const { body, headers } = await app.inject('/')
  expect([body, headers['set-cookie']]).toEqual(['water', ['session=2']])
  await app.close()
})

describe('Cache-Status', () => {
  it('names both caches of a route', async () => {
    const app = fastify()
    await app.register(responseCache, { ttl: '5m', logger, name: 'a', cacheStatus: 'a' })
    await app.register(responseCache, { ttl: '5m', logger, name: 'b', cacheStatus: 'b' })
    app.get('/', () => 'water')
    app.post('/', () => 'water')
    const stored = 'fwd=uri-miss; stored'
    expect(await headersOf(app)).toMatchObject({ 'cache-status': `a; ${stored}, b; ${stored}` })
    const { headers } = await app.inject({ method: 'POST', url: '/' })
    expect(headers['cache-status']).toBe('a; fwd=method, b; fwd=method')
    await app.close()
  })

  it('keeps what a hook said before', async () => {
    const app = fastify()
    app.addHook('onSend', (_request, reply, payload, done) => {
      reply.header('cache-status', 'other; hit')
      done(null, payload)
    })
    await app.register(responseCache, { ttl: '5m', logger })
    app.get('/', () => 'water')
    expect(await headersOf(app)).toMatchObject({
      'cache-status': 'other; hit, forebay; fwd=uri-miss; stored',
    })
    await app.close()
  })
})

describe('a handler that sends while hooks are at work on what it has sent', () => {
  async function appWith(handler: (reply: FastifyReply) => Promise<unknown>): Promise<FastifyInstance> {
    const app = fastify({ logger: false })
    app.addHook('onSend', async (request, reply, payload) => {
      const { user } = request.headers
      if (user !== undefined) reply.header('x-user', user)
      await new Promise((resolve) => setImmediate(resolve))
      return payload
    })
    await app.register(responseCache, { ttl: '5m', logger })
    app.setErrorHandler((_error, _request, reply) => reply.code(200).header('x-well', 'dry').send('none'))
    app.get('/', (_request, reply) => handler(reply))
    return app
  }

  it('stores nothing of a hook when an async handler does not return what it has sent', async () => {
    const app = await appWith(async (reply) => void (await Promise.resolve(), reply.send('water')))
    expect((await headersOf(app, { user: 'ada' }))['x-user']).toBe('ada')
    expect((await headersOf(app))['x-user']).toBeUndefined()
    await app.close()
  })

  it('stores nothing at all when it answers twice', async () => {
    const app = await appWith(async (reply) => {
      await Promise.resolve()
      void reply.send('water')
      return 'wine'
    })
    await headersOf(app, { user: 'ada' })
    expect((await headersOf(app))['x-user']).toBeUndefined()
    await app.close()
  })

  it('stores what the handler of its error answers', async () => {
    const app = await appWith(async () => {
      await Promise.resolve()
      throw new Error('dry')
    })
    await headersOf(app, { user: 'ada' })
    const { 'cache-status': status, 'x-well': well, 'x-user': user } = await headersOf(app)
    expect([status, well, user]).toEqual([expect.stringContaining('hit'), 'dry', undefined])
    await app.close()
  })
})

it('leaves it to the plugin to fail for a cookie that cannot be', async () => {
  const held = Symbol('fastify.reply.setCookies')
  const app = fastify()
  await app.register(responseCache, { ttl: '5m', logger })
  app.decorate('serializeCookie', (name: string) => {
    throw new TypeError(`${name} is invalid`)
  })
  app.decorateReply(held, null)
  app.get('/', async (_request, reply) => {
    const cookies = new Map([['a b', { name: 'a b', value: '', opts: {} }]])
    ;(reply as unknown as Record<symbol, unknown>)[held] = cookies
    await Promise.resolve()
    return 'water'
  })
  const { statusCode, body, headers } = await app.inject('/')
  expect([statusCode, body, headers['cache-status']]).toEqual([200, 'water', undefined])
  await app.close()
})
