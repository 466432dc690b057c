/** Where a limiter is mounted, as Express's routers tell it: nothing that a client writes makes a place of its own. */
import { createRequire } from 'node:module'
import type { Express, RequestHandler, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { rateLimit } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const require = createRequire(import.meta.url)

interface Module {
  (): Express
  Router(options?: { mergeParams: boolean }): Router
}
const moduleOf = (name: string): Module => require(name === 'express 4' ? 'express4' : 'express') as Module

const ok: RequestHandler = (_req, res) => void res.send('ok')

type Prepare = (app: Express, limit: RequestHandler, express: Module) => unknown

/** One place each, and requests that all come to it. */
const places: Readonly<Record<string, readonly [prepare: Prepare, paths: readonly string[]]>> = {
  'a path with a parameter': [
    (app, limit) => app.use('/:area', limit, ok),
    ['/a', '/b', '/A', '/a/', '/c/d', '/%61', '/a%2Fb', '/:area'],
  ],
  'a router below a parameter': [
    (app, limit, { Router }) => app.use('/u/:area', Router().use(limit, ok)),
    ['/u/a', '/u/b/x', '/u/c/y', '/U/u', '/u/forebay'],
  ],
  'a router that merges parameters': [
    (app, limit, { Router }) => app.use('/u/:area', Router({ mergeParams: true }).use(limit, ok)),
    ['/u/a', '/u/b/x', '/u/u'],
  ],
  'a route of a router below a parameter': [
    (app, limit, { Router }) => app.use('/s/:shop', Router().get('/p/:id', limit, ok)),
    ['/s/1/p/1', '/s/1/p/2', '/s/2/p/2', '/S/3/P/4/'],
  ],
  'routers in routers': [
    (app, limit, { Router }) =>
      app.use('/:a', Router().use('/x', Router().use('/:b', Router().use(limit, ok)))),
    ['/1/x/2', '/1/x/1', '/x/x/x', '/2/X/3/y'],
  ],
  'parameters of the same value': [
    (app, limit) => app.use('/:a/:b', limit, ok),
    ['/1/2', '/1/1', '/b/a', '/a/b/c'],
  ],
  'a regular expression': [(app, limit) => app.use(/^\/[a-z]+/, limit, ok), ['/a', '/b', '/xyz', '/xyz/1']],
  'an app below a parameter': [
    (app, limit, express) => app.use('/:tenant', express().use('/:area', limit, ok)),
    ['/a/x', '/b/x', '/b/y', '/x/x', '/x/y/z'],
  ],
  'a router of an app below a parameter': [
    (app, limit, express) =>
      app.use('/:tenant', express().use('/v', express.Router().get('/:id', limit, ok))),
    ['/a/v/1', '/b/v/1', '/v/v/v'],
  ],
  'an app in a router': [
    (app, limit, express) => app.use('/:a', express.Router().use('/:b', express().use(limit, ok))),
    ['/1/2', '/1/3', '/2/3'],
  ],
  'a handler of the app’s own around it': [
    (app, limit, { Router }) =>
      app.use(
        '/:area',
        Router().use((req, res, next) => void limit(req, res, next), ok),
      ),
    ['/a', '/b', '/c/d'],
  ],
  'a route of the app’s own around it': [
    (app, limit, { Router }) =>
      app.use(
        '/:area',
        Router().get('/:id', (req, res, next) => void limit(req, res, next), ok),
      ),
    ['/a/1', '/b/1', '/b/2'],
  ],
  'a router that is made for each request': [
    (app, limit, { Router }) =>
      app.use('/:a', (req, res, next) => Router().use('/:b', limit, ok)(req, res, next)),
    ['/1/2', '/1/3', '/2/3'],
  ],
}

describe.each(expressVersions)('a limiter in %s', (name, makeApp) => {
  const express = moduleOf(name)
  const limited = (options: object = {}) => rateLimit({ limit: 20, window: '1m', ...options })

  it.each(Object.entries(places))('counts every request together on %s', async (_where, [prepare, paths]) => {
    const app = makeApp()
    prepare(app, limited(), express)
    await using server = await listen(app)
    const seen: unknown[] = []
    for (const path of paths) seen.push((await askWire(server.url + path)).headers['x-ratelimit-remaining'])
    expect(seen).toEqual(paths.map((_, index) => String(19 - index)))
  })

  it('counts apart where it is mounted several times', async () => {
    const limit = limited()
    const app = makeApp()
      .use('/a', limit, ok)
      .use('/b/:id', limit, ok)
      .use(['/c', '/d'], limit, ok)
      .get('/e', limit, ok)
      .use('/f', express.Router().use('/g', limit, ok), ok)
    await using server = await listen(app)
    const remaining = async (path: string) =>
      (await askWire(server.url + path)).headers['x-ratelimit-remaining']
    for (const path of ['/a', '/b/1', '/c', '/d', '/e', '/f/g']) expect(await remaining(path)).toBe('19')
    for (const path of ['/A', '/b/2', '/C/x', '/D/', '/E/', '/F/G/h'])
      expect(await remaining(path)).toBe('18')
    app.use('/late', limit, ok)
    expect([await remaining('/late'), await remaining('/late'), await remaining('/a')]).toEqual([
      '19',
      '18',
      '17',
    ])
  })

  it('counts apart on the routes of a router that a function of the app calls', async () => {
    const limit = limited()
    const hidden = express.Router().get('/a', limit, ok).get('/b/:id', limit, ok).use('/c', limit, ok)
    const app = makeApp().use('/:shop', (req, res, next) => hidden(req, res, next))
    await using server = await listen(app)
    const remaining = async (path: string) =>
      (await askWire(server.url + path)).headers['x-ratelimit-remaining']
    for (const path of ['/1/a', '/1/b/1', '/1/c']) expect(await remaining(path)).toBe('19')
    for (const path of ['/2/A', '/2/B/2/', '/2/c/x']) expect(await remaining(path)).toBe('18')
  })

  it('counts apart on a route and in front of it', async () => {
    const limit = limited({ headers: 'draft-10' })
    const seen: number[] = []
    const note: RequestHandler = (req, _res, next) => {
      seen.push(req.rateLimit?.remaining ?? -1)
      next()
    }
    await using server = await listen(makeApp().use(limit, note).get('/a', limit, note, ok))
    await askWire(`${server.url}/a`)
    await askWire(`${server.url}/b`)
    expect(seen).toEqual([19, 19, 18])
  })
})
