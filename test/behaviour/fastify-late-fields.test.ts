/** Fields that hooks of other plugins add when the handler has sent: each request's own, wherever the cache is registered. */
import { fastify, type FastifyInstance, type FastifyReply, type InjectOptions } from 'fastify'
import { describe, expect, it } from 'vitest'
import { responseCache, type ResponseCachePluginOptions } from '@forebay/fastify'

const logger = { warn: () => undefined, error: () => undefined }
const orders = ['before', 'after'] as const

/** An app with the cache, and what another plugin does to the app before or after it. */
async function appWith(
  order: (typeof orders)[number],
  add: (app: FastifyInstance) => void,
  options: ResponseCachePluginOptions = {},
): Promise<FastifyInstance> {
  const app = fastify()
  if (order === 'before') add(app)
  await app.register(responseCache, { ttl: '5m', logger, ...options })
  if (order === 'after') add(app)
  return app
}

async function headersOf(
  app: FastifyInstance,
  url: string,
  headers: NonNullable<InjectOptions['headers']> = {},
): Promise<Readonly<Record<string, unknown>>> {
  return (await app.inject({ url, headers })).headers
}

const held = Symbol('fastify.reply.setCookies')

type Held = Map<string, { name: string; value: string; opts: object }>

const heldOf = (reply: FastifyReply): Held => (reply as unknown as Record<symbol, Held>)[held] as Held

/** Sets a cookie as `@fastify/cookie` does: it becomes a field in that plugin's own hook. */
function setCookie(reply: FastifyReply, name: string, value: string): void {
  heldOf(reply).set(name, { name, value, opts: { path: '/' } })
}

/** What `@fastify/cookie` does to an app; with a session on it that is written when the handler is done. */
function cookies(app: FastifyInstance, { hasSession }: { readonly hasSession: boolean }): void {
  let sessions = 0
  const serialize = (name: string, value: string): string => `${name}=${value}; Path=/`
  app.decorate('serializeCookie', serialize)
  app.decorateReply(held, null)
  app.addHook('onRequest', (_request, reply, done) => {
    ;(reply as unknown as Record<symbol, Held>)[held] = new Map()
    done()
  })
  if (hasSession) {
    app.addHook('onSend', (_request, reply, payload, done) => {
      setCookie(reply, 'session', String(++sessions))
      done(null, payload)
    })
  }
  app.addHook('onSend', (_request, reply, payload, done) => {
    for (const { name, value } of heldOf(reply).values()) reply.header('set-cookie', serialize(name, value))
    heldOf(reply).clear()
    done(null, payload)
  })
}

describe.each(orders)('a hook that is registered %s the cache', (order) => {
  it('sets fields of each request, which are not stored', async () => {
    let runs = 0
    const app = await appWith(order, (within) => {
      within.addHook('onSend', (request, reply, payload, done) => {
        const { user } = request.headers
        if (user !== undefined) reply.header('x-user', user).header('x-own', 'hook')
        done(null, payload)
      })
    })
    app.get('/a', (_request, reply) => reply.header('x-own', 'handler').send(`run ${++runs}`))
    const first = await headersOf(app, '/a', { user: 'ada' })
    const second = await headersOf(app, '/a')
    const third = await headersOf(app, '/a', { user: 'bob' })
    expect([first['x-user'], second['x-user'], third['x-user']]).toEqual(['ada', undefined, 'bob'])
    expect([first['x-own'], second['x-own'], third['x-own']]).toEqual(['hook', 'handler', 'hook'])
    expect(runs).toBe(1)
    await app.close()
  })

  it('says what is cached, and for how long', async () => {
    let runs = 0
    const app = await appWith(order, (within) => {
      within.addHook('onSend', (_request, reply, payload, done) => {
        reply.header('cache-control', 'max-age=7')
        done(null, payload)
      })
    })
    app.get('/a', (_request, reply) => reply.send(`run ${++runs}`))
    await app.inject('/a')
    const { 'cache-control': control, 'content-type': type } = await headersOf(app, '/a')
    expect([control, type, runs]).toEqual(['max-age=7', 'text/plain; charset=utf-8', 1])
    await app.close()
  })

  it('sets a cookie, which is neither stored nor a hindrance', async () => {
    let runs = 0
    const app = await appWith(order, (within) => cookies(within, { hasSession: true }))
    app.get('/a', (_request, reply) => reply.send(`run ${++runs}`))
    await app.inject('/a')
    expect(await headersOf(app, '/a')).toMatchObject({ 'set-cookie': 'session=2; Path=/' })
    expect(runs).toBe(1)
    await app.close()
  })
})

describe.each(orders)('cookies of a handler by a plugin that is registered %s the cache', (order) => {
  it.each([false, true])('keep its response from being stored (with a session: %s)', async (hasSession) => {
    let runs = 0
    const app = await appWith(order, (within) => cookies(within, { hasSession }))
    app.get('/login', (_request, reply) => {
      setCookie(reply, 'user', String(++runs))
      return reply.send(`user ${runs}`)
    })
    const bodies = [(await app.inject('/login')).body, (await app.inject('/login')).body]
    expect(bodies).toEqual(['user 1', 'user 2'])
    expect(await headersOf(app, '/login')).toMatchObject({
      'cache-status': 'forebay; fwd=uri-miss; detail=set-cookie',
    })
    await app.close()
  })

  it('are stored with the response where that is asked for, and nobody else’s are', async () => {
    let runs = 0
    const add = (within: FastifyInstance): void => cookies(within, { hasSession: true })
    const app = await appWith(order, add, { setCookie: 'store' })
    app.get('/a', (_request, reply) => {
      setCookie(reply, 'theme', String(++runs))
      return reply.send('page')
    })
    await app.inject('/a')
    expect((await headersOf(app, '/a'))['set-cookie']).toEqual(['theme=1; Path=/', 'session=2; Path=/'])
    expect(runs).toBe(1)
    await app.close()
  })

  it('are told apart from those that were set before it ran', async () => {
    let runs = 0
    const app = await appWith(order, (within) => {
      cookies(within, { hasSession: false })
      within.addHook('preHandler', (_request, reply, done) => {
        setCookie(reply, 'visit', 'yes')
        done()
      })
    })
    app.get('/a', (_request, reply) => reply.send(`run ${++runs}`))
    await app.inject('/a')
    expect(await headersOf(app, '/a')).toMatchObject({ 'set-cookie': 'visit=yes; Path=/' })
    expect(runs).toBe(1)
    await app.close()
  })
})

it('stores nothing whose cookies nobody can tell', async () => {
  let runs = 0
  const app = fastify()
  await app.register(responseCache, { ttl: '5m', logger })
  app.decorateReply(held, null)
  app.get('/a', (_request, reply) => {
    ;(reply as unknown as Record<symbol, Held>)[held] = new Map([['a', { name: 'a', value: 'b', opts: {} }]])
    return reply.send(`run ${++runs}`)
  })
  const bodies = [(await app.inject('/a')).body, (await app.inject('/a')).body]
  expect(bodies).toEqual(['run 1', 'run 2'])
  await app.close()
})

it('stores the fields of a Response, which Fastify reads only when all hooks are done', async () => {
  const app = await appWith('before', (within) => {
    within.addHook('onSend', (_request, reply, payload, done) => {
      reply.header('x-hook', 'yes')
      done(null, payload)
    })
  })
  app.get('/a', () => new Response('water', { headers: { 'x-own': 'yes' } }))
  await app.inject('/a')
  const hit = await headersOf(app, '/a')
  expect([hit['x-own'], hit['x-hook'], hit['cache-status']]).toEqual([
    'yes',
    'yes',
    expect.stringContaining('hit'),
  ])
  await app.close()
})
