/** Where plugins stand in a Fastify app: before and after routes, within and outside of contexts. */
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { concurrencyLimit, rateLimit, responseCache } from '@forebay/fastify'

const quiet = () => ({ warn: vi.fn(), error: vi.fn() })

function made(): FastifyInstance {
  const app = fastify()
  onTestFinished(() => app.close())
  return app
}

function warnings({ warn }: ReturnType<typeof quiet>): string[] {
  return warn.mock.calls.map(String)
}

describe('routes that were added before a plugin', () => {
  it('are limited all the same, by their own options where they have some', async () => {
    const logger = quiet()
    const app = made()
    app.get('/early', () => 'x')
    app.get('/own', { config: { rateLimit: { limit: 2, window: '1m' } } }, () => 'x')
    await app.register(rateLimit, { limit: 1, window: '1m', logger })
    const statuses = ['/early', '/early', '/own', '/own', '/own'].map(async (url) => await app.inject(url))
    expect((await Promise.all(statuses)).map(({ statusCode }) => statusCode)).toEqual([
      200, 429, 200, 200, 429,
    ])
    expect(warnings(logger)).toEqual([])
  })

  it('are limited as settings say that other plugins give them later', async () => {
    const app = made()
    await app.register(rateLimit, { limit: 1, window: '1m' })
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, rateLimit: { limit: 7 } }
    })
    app.get('/a', () => 'x')
    expect((await app.inject('/a')).headers['x-ratelimit-limit']).toBe('7')
  })

  it('are limited also in contexts that are there already', async () => {
    const app = made()
    await app.register(async (inner) => void inner.get('/', () => 'x'), { prefix: '/in' })
    await app.register(rateLimit, { limit: 1, window: '1m' })
    await app.inject('/in')
    expect((await app.inject('/in')).statusCode).toBe(429)
  })

  it('are not cached, which is said of each that should be', async () => {
    const logger = quiet()
    const app = made()
    app.get('/early', () => 'x')
    await app.register(responseCache, { ttl: '1m', logger })
    app.get('/late', () => 'x')
    app.get('/late-off', { config: { responseCache: false } }, () => 'x')
    for (const path of ['/early', '/late']) await app.inject(path)
    expect((await app.inject('/early')).headers).not.toHaveProperty('cache-status')
    expect((await app.inject('/late')).headers['cache-status']).toMatch(/hit/)
    expect(warnings(logger)).toEqual([
      expect.stringMatching(/responseCache.* not cached: GET \/early\. Await/),
    ])
  })

  it('are named by their whole patterns, up to ten, and counted beyond', async () => {
    const logger = quiet()
    const app = made()
    await app.register(
      async (inner) => {
        inner.get('/', () => 'x')
        inner.get('/:id', () => 'x')
        inner.get('/:id/parts', () => 'x')
        inner.post('/:id', () => 'x')
        inner.get('/files/*', () => 'x')
      },
      { prefix: '/api' },
    )
    await app.register(responseCache, { ttl: '1m', logger })
    app.get('/api/:name/late', () => 'x')
    await app.ready()
    const paths = ['/api', '/api/', '/api/:id|:name', '/api/:id|:name/parts', '/api/files/*']
    const names = /not cached: (.*)\. Await/.exec(warnings(logger)[0] ?? '')?.[1]
    expect(names?.split(', ').toSorted()).toEqual([
      ...paths.map((path) => `GET ${path}`),
      'POST /api/:id|:name',
    ])

    const many = made()
    for (let route = 0; route < 12; route++) many.get(`/r${route}`, () => 'x')
    await many.register(responseCache, { ttl: '1m', logger })
    await many.ready()
    expect(warnings(logger)[1]).toMatch(/ and 2 more\. /)
  })

  it('are of no interest to a plugin of another context', async () => {
    const logger = quiet()
    const app = made()
    app.get('/out', () => 'x')
    await app.register(responseCache, { global: false, logger })
    await app.register(async (inner) => {
      inner.get('/missed', () => 'x')
      await inner.register(rateLimit, { limit: 1, window: '1m', logger })
      await inner.register(responseCache, { ttl: '1m', logger })
      inner.get('/in', () => 'x')
    })
    await app.ready()
    expect(warnings(logger)).toEqual([expect.stringMatching(/not cached: GET \/missed\. Await/)])
  })

  it('need no warning where there are none, or where only routes are meant that ask', async () => {
    const logger = quiet()
    const app = made()
    await app.register(responseCache, { ttl: '1m', logger })
    app.get('/a', () => 'x')
    const asking = made()
    await asking.register(async (inner) => void inner.get('/a', () => 'x'))
    await asking.register(responseCache, { ttl: '1m', logger, global: false })
    await asking.register(rateLimit, { limit: 1, window: '1m', logger, global: false })
    await Promise.all([app.ready(), asking.ready()])
    expect(warnings(logger)).toEqual([])
  })
})

describe('a plugin within a context', () => {
  it('acts on the routes of that context only', async () => {
    const app = made()
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
  })
})

describe('a misspelt plugin option', () => {
  it.each([
    [rateLimit, 'globl', 'global'],
    [rateLimit, 'hok', 'hook'],
    [rateLimit, 'windw', 'window'],
    [concurrencyLimit, 'globl', 'global'],
    [responseCache, 'gobal', 'global'],
    [responseCache, 'staleIfEror', 'staleIfError'],
  ])(
    'is refused with the one that was meant, also where only routes that ask are meant',
    async (plugin, wrong, meant) => {
      for (const more of [{}, { global: false }]) {
        const options = { ...more, [wrong]: true } as never
        await expect(made().register(plugin as typeof rateLimit, options)).rejects.toThrow(
          `unknown option '${wrong}'. Did you mean '${meant}'?`,
        )
      }
    },
  )
})
