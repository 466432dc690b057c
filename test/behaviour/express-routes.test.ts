/** A cached response carries the whole pattern of the route that answered, wherever in Express the cache is mounted. */
import { createRequire } from 'node:module'
import type { Express, RequestHandler, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const require = createRequire(import.meta.url)
const moduleOf = (name: string): { Router(): Router } =>
  require(name === 'express 4' ? 'express4' : 'express') as { Router(): Router }

const ok: RequestHandler = (_req, res) => void res.send('ok')

describe.each(expressVersions)('a cache in %s', (name, makeApp) => {
  const { Router } = moduleOf(name)

  it.each<[string, string, (app: Express, caching: RequestHandler) => unknown]>([
    ['an app', '/s/:shop/p/:id', (app, cache) => app.use(cache).use('/s/:shop', Router().get('/p/:id', ok))],
    [
      'a router',
      '/s/:shop/p/:id',
      (app, cache) => app.use('/s/:shop', Router().use(cache).get('/p/:id', ok)),
    ],
    ['a route', '/s/:shop/p/:id', (app, cache) => app.use('/s/:shop', Router().get('/p/:id', cache, ok))],
    ['the root of a router', '/s/:shop', (app, cache) => app.use('/s/:shop', Router().get('/', cache, ok))],
  ])('invalidates by the whole pattern of the route, mounted on %s', async (_where, pattern, prepare) => {
    const caching = responseCache({ ttl: '1m' })
    const app = makeApp()
    prepare(app, caching)
    await using server = await listen(app)
    const paths = ['/s/1/p/2', '/s/2/p/2'].map((path) => (pattern.endsWith(':id') ? path : path.slice(0, 4)))
    const hits = async () => {
      const answers = await Promise.all(paths.map((path) => askWire(server.url + path)))
      return answers.map(({ headers }) => String(headers['cache-status']).includes('; hit'))
    }
    expect([await hits(), await hits()]).toEqual([
      [false, false],
      [true, true],
    ])
    await caching.cache.invalidateRoute('GET /s/other/p/:id')
    expect(await hits()).toEqual([true, true])
    await caching.cache.invalidateRoute(`GET ${pattern}`)
    expect(await hits()).toEqual([false, false])
  })
})
