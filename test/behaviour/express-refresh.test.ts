/** Background refreshes in Express: the app meets the same request again, wherever the cache is mounted. */
import { createRequire } from 'node:module'
import { request } from 'node:http'
import compression from 'compression'
import type { Express, Request, RequestHandler, Router } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { rateLimit, responseCache, type ResponseCacheMiddleware } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const require = createRequire(import.meta.url)

type Module = { (): Express; Router(): Router; json(): RequestHandler }
const moduleOf = (name: string): Module => require(name === 'express 4' ? 'express4' : 'express') as Module

/** What a handler can tell of a request. */
function seenOf(req: Request): object {
  const { method, originalUrl, url, baseUrl, path, ip, ips, protocol, hostname } = req
  const { params, query, headers, body } = req as Request & { readonly body: unknown }
  const whole = { method, originalUrl, url, baseUrl, path, ip, ips, protocol, hostname, body }
  return { ...whole, params: { ...params }, query: { ...query }, headers: { ...headers } }
}

type Mount = (
  app: Express,
  caching: ResponseCacheMiddleware,
  handler: RequestHandler,
  express: Module,
) => void

const mounts: Readonly<Record<string, Mount>> = {
  'on the whole app': (app, caching, handler) => app.use(caching).get('/shop/p/:id', handler),
  'on a route': (app, caching, handler) => app.get('/shop/p/:id', caching, handler),
  'on a path': (app, caching, handler) => app.use('/shop', caching).get('/shop/p/:id', handler),
  'in a router': (app, caching, handler, express) =>
    app.use('/:area', express.Router().use(caching).get('/p/:id', handler)),
  'in an app within the app': (app, caching, handler, express) =>
    app.use('/shop', express().set('trust proxy', 1).use(caching).get('/p/:id', handler)),
  'behind a body parser and compression': (app, caching, handler, express) =>
    app.use(express.json(), compression({ threshold: 0 }), caching).get('/shop/p/:id', handler),
}

const headers = { 'user-agent': 'test', 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }

describe.each(expressVersions)('a refresh in %s', (name, makeApp) => {
  const express = moduleOf(name)

  const staleServer = async (mount: Mount, handler?: RequestHandler) => {
    const seen: object[] = []
    const caching = responseCache({ ttl: '1m', staleWhileRevalidate: '1h' })
    const app = makeApp().set('env', 'test').set('trust proxy', 1)
    const answer: RequestHandler = (req, res, next) => {
      seen.push(seenOf(req))
      if (handler !== undefined && seen.length > 1) handler(req, res, next)
      else res.json({ run: seen.length })
    }
    app.use(rateLimit({ limit: 2, window: '1h' }))
    mount(app, caching, answer, express)
    const server = await listen(app)
    const url = `${server.url}/shop/p/1?x=%20`
    await askWire(url, { headers })
    await caching.cache.clear({ soft: true })
    return Object.assign(server, { seen, cache: caching.cache, url })
  }

  it.each(Object.entries(mounts))(
    'is the same request, exempt from limits, with the cache %s',
    async (_where, mount) => {
      await using server = await staleServer(mount)
      const stale = await askWire(server.url, { headers })
      expect(stale.body.toString()).toBe('{"run":1}')
      expect(stale.headers['cache-status']).toMatch(/^forebay; hit;.*stale-while-revalidate$/)
      await vi.waitFor(() => expect(server.cache.stats().stored).toBe(2), { timeout: 20_000 })
      // The response's own validator: the handler need not make what has not changed.
      const [first, again] = server.seen as { readonly headers: object }[]
      expect({ ...again, headers: undefined }).toEqual({ ...first, headers: undefined })
      expect(again?.headers).toEqual({ ...first?.headers, 'if-none-match': expect.any(String) })
      expect(again?.headers).toMatchObject(headers)
      // Two were counted, and the refresh was not.
      expect((await askWire(server.url, { headers })).status).toBe(429)
    },
  )

  it('goes on when its client has left', async () => {
    let finish = (): void => undefined
    await using server = await staleServer(mounts['on a route'] as Mount, (_req, res) => {
      finish = () => res.json({ run: 'late' })
    })
    const agent = request(server.url, { headers, agent: false }, (response) => response.resume())
    // On a busy machine it leaves before its response has come.
    agent.on('error', () => undefined)
    agent.end()
    await vi.waitFor(() => expect(server.seen).toHaveLength(2), { timeout: 20_000 })
    agent.destroy()
    finish()
    await vi.waitFor(() => expect(server.cache.stats().stored).toBe(2), { timeout: 20_000 })
  })

  it.each<[string, RequestHandler]>([
    ['passes an error on', (_req, _res, next) => next(new Error('a bug'))],
    ['breaks off', (_req, res) => void res.write('half', () => res.destroy())],
    ['answers with an error', (_req, res) => void res.status(503).send('later')],
  ])('that %s leaves the stale response standing', async (_what, handler) => {
    await using server = await staleServer(mounts['on a route'] as Mount, handler)
    await askWire(server.url, { headers })
    await vi.waitFor(() => expect(server.seen).toHaveLength(2), { timeout: 20_000 })
    await server.cache.close()
    expect(server.cache.stats()).toMatchObject({ stored: 1 })
  })

  it('is waited for by close', async () => {
    let finish = (): void => undefined
    await using server = await staleServer(mounts['on a route'] as Mount, (_req, res) => {
      finish = () => res.json({ run: 'late' })
    })
    await askWire(server.url, { headers })
    await vi.waitFor(() => expect(server.seen).toHaveLength(2), { timeout: 20_000 })
    let isClosed = false
    const closed = server.cache.close().then(() => (isClosed = true))
    await new Promise((later) => setImmediate(later))
    expect(isClosed).toBe(false)
    finish()
    await closed
  })
})
