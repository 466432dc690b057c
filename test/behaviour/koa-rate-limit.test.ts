import Router from '@koa/router'
import type { Context } from 'koa'
import mount from 'koa-mount'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Decision } from '@forebay/core'
import { rateLimit } from '@forebay/koa'
import { koaVersions, routesOf, serve } from '../harness/koa-server.ts'

const one = { limit: 1, window: '1m' } as const

describe.each(koaVersions)('a limiter in %s', (_name, Application) => {
  it('puts the decision on ctx.state, and lets the request through', async () => {
    const decisions: (Decision | undefined)[] = []
    const app = new Application().use(rateLimit({ limit: 3, window: '1m' })).use((ctx: Context) => {
      decisions.push(ctx.state['rateLimit'] as Decision)
      ctx.body = 'ok'
    })
    const answer = await request(app.callback()).get('/')
    expect(decisions).toMatchObject([{ allowed: true, limit: 3, remaining: 2 }])
    expect(answer.headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' })
  })

  it('denies without calling what is below, and what stands outside goes on', async () => {
    let below = 0
    const app = new Application()
    app.use(async (ctx, next) => {
      await next()
      ctx.set('X-Outside', String(ctx.status))
    })
    app.use(rateLimit(one)).use((ctx) => {
      below++
      ctx.body = 'ok'
    })
    await using server = await serve(app)
    await request(server.url).get('/')
    const denied = await request(server.url).get('/')
    expect([below, denied.status, denied.headers['x-outside']]).toEqual([1, 429, '429'])
    expect(denied.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(Number(denied.headers['retry-after'])).toBeGreaterThan(0)
    expect(denied.body).toMatchObject({ status: 429 })
    const head = await request(server.url).head('/')
    expect([head.status, head.headers['content-length']]).toEqual([429, denied.headers['content-length']])
  })

  it('keeps its fields through ctx.throw and through an error middleware outside', async () => {
    const thrower = (ctx: Context): never => ctx.throw(400, 'bad')
    const plain = new Application().use(rateLimit(one)).use(thrower)
    const answered = new Application()
      .use(async (ctx, next) => {
        try {
          await next()
        } catch {
          ctx.status = 418
          ctx.body = 'caught'
        }
      })
      .use(rateLimit(one))
      .use(thrower)
    for (const [app, status] of [
      [plain, 400],
      [answered, 418],
    ] as const) {
      const answer = await request(app.callback()).get('/')
      expect([answer.status, answer.headers['x-ratelimit-remaining']]).toEqual([status, '0'])
    }
  })

  it('lets onDenied answer, with the context and the decision', async () => {
    const app = new Application().use(
      rateLimit({
        limit: 0,
        window: '1m',
        onDenied(ctx, decision) {
          ctx.status = 420
          ctx.body = { limit: decision.limit }
        },
      }),
    )
    const answer = await request(app.callback()).get('/')
    expect([answer.status, answer.body]).toEqual([420, { limit: 0 }])
  })

  it('shows onDenied and body the decision on ctx.state, too', async () => {
    const told = (ctx: Context): string => `again in ${(ctx.state['rateLimit'] as Decision).retryAfterMs} ms`
    for (const option of [
      { body: told },
      {
        onDenied: (ctx: Context) => {
          ctx.body = told(ctx)
        },
      },
    ]) {
      const app = new Application().use(rateLimit({ limit: 0, window: '1m', ...option }))
      expect(await request(app.callback()).get('/')).toMatchObject({
        status: 429,
        text: 'again in undefined ms',
      })
    }
  })

  it('counts paths that nothing answers', async () => {
    await using server = await serve(new Application().use(rateLimit({ limit: 2, window: '1m' })))
    const answers = [
      await request(server.url).get('/a'),
      await request(server.url).get('/b'),
      await request(server.url).get('/c'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 429])
  })

  it('counts a route by its pattern, however the client writes the path', async () => {
    const router = new Router().post(
      '/login/:tenant',
      rateLimit({ ...one, limit: 3 }),
      (ctx) => (ctx.body = 'ok'),
    )
    await using server = await serve(new Application().use(routesOf(router)))
    const statuses: number[] = []
    for (const path of ['/login/a', '/LOGIN/b', '/login/a/', '/login/%61']) {
      statuses.push((await request(server.url).post(path)).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429])
  })

  it('counts HEAD as GET', async () => {
    const router = new Router().get('/x', rateLimit(one), (ctx) => (ctx.body = 'ok'))
    await using server = await serve(new Application().use(routesOf(router)))
    expect((await request(server.url).get('/x')).status).toBe(200)
    expect((await request(server.url).head('/x')).status).toBe(429)
  })

  it('counts apart on two routes, and together under one group', async () => {
    for (const [group, expected] of [
      [undefined, 200],
      ['both', 429],
    ] as const) {
      const limit = rateLimit(group === undefined ? one : { ...one, group })
      const router = new Router()
      for (const path of ['/a', '/b']) router.get(path, limit, (ctx) => (ctx.body = 'ok'))
      await using server = await serve(new Application().use(routesOf(router)))
      await request(server.url).get('/a')
      expect((await request(server.url).get('/b')).status).toBe(expected)
    }
  })

  it('cannot be escaped by repeating the mount path', async () => {
    await using server = await serve(new Application().use(mount('/api', rateLimit(one))))
    await request(server.url).get('/api/x')
    expect((await request(server.url).get('/api/api/x')).status).toBe(429)
  })

  it('believes forwarded addresses only as the app does', async () => {
    for (const [proxy, expected] of [
      [false, 429],
      [true, 404],
    ] as const) {
      const app = new Application({ proxy, maxIpsCount: 1 }).use(rateLimit(one))
      await using server = await serve(app)
      await request(server.url).get('/').set('X-Forwarded-For', '192.0.2.1')
      const other = await request(server.url).get('/').set('X-Forwarded-For', '192.0.2.2')
      expect(other.status).toBe(expected)
    }
  })

  it('charges what settle says once the response is over', async () => {
    const limit = rateLimit({ limit: 10, window: '1m', settle: (ctx) => (ctx.status === 200 ? 4 : 1) })
    const app = new Application().use(limit).use((ctx) => (ctx.body = 'ok'))
    await using server = await serve(app)
    await request(server.url).get('/')
    const second = await request(server.url).get('/')
    expect(second.headers['x-ratelimit-remaining']).toBe('5')
  })
})
