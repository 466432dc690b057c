/** Errors in Express and the response cache: whose page it is decides whether it is stored. */
import { createRequire } from 'node:module'
import type { ErrorRequestHandler, Express, RequestHandler, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const require = createRequire(import.meta.url)
const routerOf = (name: string): (() => Router) =>
  (require(name === 'express 4' ? 'express4' : 'express') as { Router: () => Router }).Router

interface Asked {
  readonly statuses: number[]
  readonly runs: number
  readonly cacheStatus: string | undefined
}

const bug = new Error('a bug')

/** Prepares for success, and fails: the most usual order of things. */
const failing: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'public, max-age=3600')
  next(bug)
}

const throwing: RequestHandler = (_req, res) => {
  res.set('Cache-Control', 'public, max-age=3600')
  throw bug
}

describe.each(expressVersions)('an error in %s', (name, makeApp) => {
  const askTwice = async (prepare: (app: Express, count: RequestHandler) => void): Promise<Asked> => {
    let runs = 0
    const app = makeApp().set('env', 'test')
    prepare(app, (_req, _res, next) => {
      runs++
      next()
    })
    await using server = await listen(app)
    const answers = [await askWire(`${server.url}/a`), await askWire(`${server.url}/a`)]
    return {
      statuses: answers.map(({ status }) => status),
      runs,
      cacheStatus: answers[0]?.headers['cache-status'] as string | undefined,
    }
  }

  it.each<[string, RequestHandler]>([
    ['passed on', failing],
    ['thrown', throwing],
  ])('that Express answers is not stored, whatever the handler said before: %s', async (_how, handler) => {
    const asked = await askTwice((app, count) => app.use(responseCache(), count).get('/a', handler))
    expect(asked).toEqual({
      statuses: [500, 500],
      runs: 2,
      cacheStatus: 'forebay; fwd=uri-miss; detail=no-handler',
    })
  })

  it.each<[string, (app: Express, count: RequestHandler) => void]>([
    ['a router', (app, count) => app.use(responseCache(), routerOf(name)().use(count).get('/a', failing))],
    ['an app of its own', (app, count) => app.use(responseCache(), count, makeApp().get('/a', failing))],
    ['a route with its own cache', (app, count) => app.get('/a', responseCache(), count, failing)],
  ])('is not stored either when it comes out of %s', async (_where, prepare) => {
    expect(await askTwice(prepare)).toMatchObject({ statuses: [500, 500], runs: 2 })
  })

  it('has a page of the app’s own, which is stored when it says so itself', async () => {
    const page: ErrorRequestHandler = (_error, _req, res, _next) => {
      res.status(503).set('Cache-Control', 'max-age=5').json({ later: true })
    }
    const silent: ErrorRequestHandler = (_error, _req, res, _next) => {
      res.removeHeader('Cache-Control')
      res.status(503).json({ later: true })
    }
    const stored = await askTwice((app, count) =>
      app
        .use(responseCache({ ttl: '1m' }), count)
        .get('/a', failing)
        .use(page),
    )
    expect(stored).toMatchObject({ statuses: [503, 503], runs: 1 })
    const refused = await askTwice((app, count) =>
      app
        .use(responseCache({ ttl: '1m' }), count)
        .get('/a', failing)
        .use(silent),
    )
    expect(refused).toEqual({
      statuses: [503, 503],
      runs: 2,
      cacheStatus: 'forebay; fwd=uri-miss; detail=status',
    })
  })

  it('of nobody knowing the way is not stored, but the app’s own 404 is', async () => {
    const nobody = await askTwice((app, count) => app.use(responseCache({ ttl: '1m' }), count))
    expect(nobody).toMatchObject({ statuses: [404, 404], runs: 2 })
    const own = await askTwice((app, count) =>
      app.use(responseCache({ ttl: '1m' }), count, (_req, res) => void res.sendStatus(404)),
    )
    expect(own).toMatchObject({ statuses: [404, 404], runs: 1 })
  })

  it('in an option leaves the response alone, and is told', async () => {
    const errors: unknown[] = []
    const caching = responseCache({
      ttl: () => {
        throw bug
      },
      logger: { warn: () => undefined, error: () => undefined },
    })
    caching.cache.on('error', (event) => errors.push(event))
    const asked = await askTwice((app, count) => app.use(caching, count, (_req, res) => void res.send('x')))
    expect(asked).toMatchObject({ statuses: [200, 200], runs: 2 })
    expect(errors).toHaveLength(2)
  })
})
