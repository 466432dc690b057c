import Router from '@koa/router'
import { describe, expect, it, vi } from 'vitest'
import { rateLimit, responseCache } from '@forebay/koa'
import { koaVersions, routesOf, serve } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

describe.each(koaVersions)('a stale response in %s', (_name, Application) => {
  it('answers at once while the app refreshes it, with the same request and exempt from limits', async () => {
    const seen: unknown[] = []
    const caching = responseCache({ ttl: '1m', staleWhileRevalidate: '1h' })
    const router = new Router().get('/p/:id', caching, (ctx) => {
      const { method, originalUrl, ip, headers } = ctx
      seen.push({ method, originalUrl, ip, agent: headers['user-agent'] })
      ctx.body = { run: seen.length }
    })
    const app = new Application().use(rateLimit({ limit: 2, window: '1m' })).use(routesOf(router))
    await using server = await serve(app)
    const url = `${server.url}/p/1?x=%20`
    const headers = { 'user-agent': 'test' }
    await askWire(url, { headers })
    await caching.cache.clear({ soft: true })
    const stale = await askWire(url, { headers })
    expect(stale.body.toString()).toBe('{"run":1}')
    expect(stale.headers['cache-status']).toContain('hit')
    await vi.waitFor(() => expect(caching.cache.stats().refreshes).toBe(1), { timeout: 20_000 })
    await vi.waitFor(() => expect(seen).toHaveLength(2), { timeout: 20_000 })
    expect(seen[1]).toEqual(seen[0])
    expect(seen[0]).toEqual({ method: 'GET', originalUrl: '/p/1?x=%20', ip: '127.0.0.1', agent: 'test' })
    // Two requests were counted, and the refresh was not: the limit is reached only now.
    expect((await askWire(url, { headers })).status).toBe(429)
  })

  it('stays while its refresh fails, and nobody is harmed', async () => {
    let runs = 0
    const caching = responseCache({ ttl: '1m', staleWhileRevalidate: '1h' })
    const app = new Application().use(caching).use((ctx) => {
      if (++runs > 1) ctx.throw(500, 'broken')
      ctx.body = 'first'
    })
    app.silent = true
    await using server = await serve(app)
    await askWire(server.url)
    await caching.cache.clear({ soft: true })
    await askWire(server.url)
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 })
    expect((await askWire(server.url)).body.toString()).toBe('first')
  })
})
