/** Where plugins stand in a Fastify app: before and after routes, within and outside of contexts. */
import fastify from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { rateLimit, responseCache } from '@forebay/fastify'

const quiet = () => ({ warn: vi.fn(), error: vi.fn() })

describe('routes that were added before a plugin', () => {
  it('are limited all the same', async () => {
    const app = fastify()
    app.get('/early', () => 'x')
    await app.register(rateLimit, { limit: 1, window: '1m' })
    expect((await app.inject('/early')).statusCode).toBe(200)
    expect((await app.inject('/early')).statusCode).toBe(429)
    await app.close()
  })

  it('are not cached, which is said', async () => {
    const logger = quiet()
    const app = fastify()
    app.get('/early', () => 'x')
    await app.register(responseCache, { ttl: '1m', logger })
    app.get('/late', () => 'x')
    for (const path of ['/early', '/late']) await app.inject(path)
    expect((await app.inject('/early')).headers).not.toHaveProperty('cache-status')
    expect((await app.inject('/late')).headers['cache-status']).toMatch(/hit/)
    expect(logger.warn.mock.calls.map(String)).toEqual([expect.stringMatching(/before the plugin/)])
    await app.close()
  })

  it('need no warning where there are none, or where only routes are meant that ask', async () => {
    const logger = quiet()
    const app = fastify()
    await app.register(responseCache, { ttl: '1m', logger })
    app.get('/a', () => 'x')
    const asking = fastify()
    asking.get('/a', () => 'x')
    await asking.register(responseCache, { ttl: '1m', logger, global: false })
    await Promise.all([app.ready(), asking.ready()])
    expect(logger.warn).not.toHaveBeenCalled()
    await Promise.all([app.close(), asking.close()])
  })
})

describe('a plugin within a context', () => {
  it('acts on the routes of that context only', async () => {
    const app = fastify()
    await app.register(async (inner) => {
      await inner.register(rateLimit, { limit: 1, window: '1m' })
      await inner.register(responseCache, { ttl: '1m' })
      inner.get('/in', () => 'x')
    })
    app.get('/out', () => 'x')
    const inside = await app.inject('/in')
    expect(inside.headers).toMatchObject({
      'x-ratelimit-limit': '1',
      'cache-status': expect.stringContaining('stored'),
    })
    const outside = await app.inject('/out')
    expect(outside.headers).not.toHaveProperty('x-ratelimit-limit')
    expect(outside.headers).not.toHaveProperty('cache-status')
    await app.close()
  })
})
