/** What only Express has: mount paths, error middleware, route identity. */
import { describe, expect, it, vi } from 'vitest'
import { concurrencyLimit, rateLimit, type RateLimitMiddleware } from '@forebay/express'
import { createRateLimiter, memoryBackend } from '@forebay/core'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response, Router } from 'express'
import { createRequire } from 'node:module'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const require = createRequire(import.meta.url)
const routerOf = (name: string): (() => Router) =>
  (require(name === 'express 4' ? 'express4' : 'express') as { Router: () => Router }).Router

const answerError: ErrorRequestHandler = (_error, _req, res, _next) => {
  res.status(418).json({})
}

const ok: RequestHandler = (_req, res) => {
  res.send('ok')
}

async function remaining(url: string, options: object = {}): Promise<string> {
  const { status, headers } = await askWire(url, options)
  return status === 429 ? 'denied' : String(headers['x-ratelimit-remaining'])
}

const limited = (options: object = {}): RateLimitMiddleware =>
  rateLimit({ limit: 9, window: '1m', ...options } as never)

describe.each(expressVersions)('a limiter in %s', (name, makeApp) => {
  const serve = async (prepare: (app: Express) => void) => {
    const app = makeApp().set('env', 'test')
    prepare(app)
    return await listen(app)
  }

  it('counts a route by its pattern, however the client writes it', async () => {
    await using server = await serve((app) => app.all('/login/:id', limited(), ok))
    const seen: string[] = []
    for (const path of ['/login/1', '/Login/2', '/login/3/', '/login/%34', '/LOGIN/5?x=1'])
      seen.push(await remaining(server.url + path))
    expect(seen).toEqual(['8', '7', '6', '5', '4'])
  })

  it('counts HEAD as GET, and other methods apart', async () => {
    await using server = await serve((app) => app.all('/a', limited(), ok))
    const url = `${server.url}/a`
    expect(await remaining(url)).toBe('8')
    expect(await remaining(url, { method: 'HEAD' })).toBe('7')
    expect(await remaining(url, { method: 'POST' })).toBe('8')
  })

  it('has a counter of its own for each route and mount path, unless a group says otherwise', async () => {
    const shared = limited()
    const grouped = limited({ group: 'all' })
    await using server = await serve((app) => {
      app.get('/a', shared, ok)
      app.get('/b', shared, ok)
      app.use('/mount', shared, ok)
      app.get('/c', grouped, ok)
      app.use('/d', grouped, ok)
    })
    for (const path of ['/a', '/b', '/mount/x']) expect(await remaining(server.url + path)).toBe('8')
    for (const path of ['/MOUNT/y', '/mount/%7a']) await remaining(server.url + path)
    expect(await remaining(`${server.url}/mount`)).toBe('5')
    expect([await remaining(`${server.url}/c`), await remaining(`${server.url}/d/x`)]).toEqual(['8', '7'])
  })

  it('knows the pattern within routers, whatever parameters stand before', async () => {
    const Router = routerOf(name)
    await using server = await serve((app) => {
      const inner = Router()
      inner.get('/items/:id', limited(), ok)
      app.use('/shops/:shop', inner)
    })
    expect(await remaining(`${server.url}/shops/1/items/1`)).toBe('8')
    expect(await remaining(`${server.url}/shops/2/items/2`)).toBe('7')
  })

  it('counts what no route answers', async () => {
    await using server = await serve((app) => app.use(limited({ limit: 1 })))
    expect((await askWire(`${server.url}/nothing`)).status).toBe(404)
    expect((await askWire(`${server.url}/nowhere`)).status).toBe(429)
  })

  it('keeps its fields on errors, thrown or passed on, and on the app’s own error pages', async () => {
    await using server = await serve((app) => {
      app.use(limited())
      app.get('/throw', () => {
        throw new Error('a bug')
      })
      app.get('/next', (_req, _res, next) => next(new Error('a bug')))
      app.get('/own', (_req, _res, next) => next(Object.assign(new Error('x'), { status: 418 })))
      app.use('/own', answerError)
    })
    for (const path of ['/throw', '/next', '/own']) {
      const { headers } = await askWire(server.url + path)
      expect(headers).toMatchObject({
        'x-ratelimit-limit': '9',
        'x-ratelimit-remaining': expect.stringMatching(/[678]/),
      })
    }
  })

  it('shares a ready limiter’s counter', async () => {
    const limiter = createRateLimiter({ limit: 3, window: '1m', name: 'shared' })
    await using server = await serve((app) => app.use(rateLimit({ limiter, key: () => 'me' })).get('/', ok))
    await limiter.consume('me')
    expect(await remaining(server.url)).toBe('1')
    expect(await limiter.peek('me')).toMatchObject({ remaining: 1 })
  })

  it('puts the decision on the request', async () => {
    let decision: unknown
    await using server = await serve((app) =>
      app.use(limited({ backend: memoryBackend() })).get('/', (req, res) => {
        decision = req.rateLimit
        res.send('ok')
      }),
    )
    await askWire(server.url)
    expect(decision).toMatchObject({
      allowed: true,
      limit: 9,
      remaining: 8,
      source: 'backend',
      policies: [{ name: 'default' }],
    })
  })

  it('shows onDenied and body the decision on the request, too', async () => {
    const told: unknown[] = []
    const app = makeApp()
      .get('/a', limited({ limit: 0, body: (req: Request) => String(told.push(req.rateLimit?.allowed)) }), ok)
      .get(
        '/b',
        limited({
          limit: 0,
          onDenied: (req: Request, res: Response) => void res.json(told.push(req.rateLimit?.limit)),
        }),
        ok,
      )
    await using server = await listen(app)
    expect((await askWire(`${server.url}/a`)).status).toBe(429)
    expect((await askWire(`${server.url}/b`)).status).toBe(429)
    expect(told).toEqual([false, 0])
  })

  it('bounds what runs at once', async () => {
    let finish = (): void => undefined
    await using server = await serve((app) =>
      app.use(concurrencyLimit({ max: 1 })).get('/', async (_req, res) => {
        await new Promise<void>((resolve) => (finish = resolve))
        res.send('ok')
      }),
    )
    const first = askWire(server.url)
    await vi.waitFor(async () => expect((await askWire(server.url)).status).toBe(503), { timeout: 20_000 })
    finish()
    expect((await first).status).toBe(200)
  })
})
