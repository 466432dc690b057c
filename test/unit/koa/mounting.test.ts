import Router from '@koa/router'
import type Koa from 'koa'
import type { Middleware } from 'koa'
import mount from 'koa-mount'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { koaVersions, routesOf } from '../../harness/koa-server.ts'
import { mountingOf, type Mounting } from '../../../packages/koa/src/mounting.ts'

/** A middleware that remembers where it ran, and answers nothing. */
function probe(): { readonly middleware: Middleware; readonly seen: Mounting[] } {
  const seen: Mounting[] = []
  const middleware: Middleware = (ctx, next) => {
    seen.push(mountingOf(ctx, middleware))
    return next()
  }
  return { middleware, seen }
}

const ok: Middleware = (ctx) => {
  ctx.body = 'ok'
}

function times(count: number, mounting: Mounting): Mounting[] {
  return Array.from({ length: count }, () => mounting)
}

async function ask(app: Koa, ...paths: readonly string[]): Promise<void> {
  const agent = request(app.callback())
  for (const path of paths) await agent.get(path)
}

describe.each(koaVersions)('where a middleware stands in %s', (_name, Application) => {
  it('is the root for a middleware of the app, whatever the path', async () => {
    const { middleware, seen } = probe()
    const app = new Application().use(middleware)
    await ask(app, '/', '/a/b')
    expect(seen).toEqual(times(2, { route: undefined, mount: '/' }))
  })

  it('is the route for a middleware of one route, by its pattern with the prefix', async () => {
    const { middleware, seen } = probe()
    const router = new Router({ prefix: '/shop' }).get('/products/:id', middleware, ok)
    await ask(
      new Application().use(routesOf(router)),
      '/shop/products/1',
      '/shop/products/1/',
      '/SHOP/%70roducts/2',
    )
    expect(seen).toEqual(times(2, { route: '/shop/products/:id', mount: '/' }))
  })

  it('is each route in turn for a middleware of several', async () => {
    const { middleware, seen } = probe()
    const router = new Router().get('/a', middleware, ok).get('/:any', middleware, ok)
    await ask(new Application().use(routesOf(router)), '/b', '/a')
    // A path that matches both runs the first, which answers.
    expect(seen.map(({ route }) => route)).toEqual(['/:any', '/a'])
  })

  it('is no route for a middleware of the whole router, but its prefix', async () => {
    const { middleware, seen } = probe()
    const router = new Router({ prefix: '/shop' })
    router.use(middleware).get('/products/:id', ok)
    await ask(new Application().use(routesOf(router)), '/shop/products/1')
    expect(seen).toEqual([{ route: undefined, mount: '/shop' }])
  })

  it('is the path of router.use where one is given', async () => {
    const { middleware, seen } = probe()
    const router = new Router()
    router.use('/admin', middleware).get('/admin/users', ok)
    await ask(new Application().use(routesOf(router)), '/admin/users')
    expect(seen).toEqual([{ route: undefined, mount: '/admin' }])
  })

  it('is the pattern of a prefix with parameters, never their values', async () => {
    const { middleware, seen } = probe()
    const router = new Router({ prefix: '/t/:tenant' })
    router.use(middleware).get('/x', ok)
    await ask(new Application().use(routesOf(router)), '/t/a/x', '/t/b/x')
    expect(seen).toEqual(times(2, { route: undefined, mount: '/t/:tenant' }))
  })

  it('includes the prefix of a router around the router', async () => {
    const { middleware, seen } = probe()
    const inner = new Router().get('/x', middleware, ok)
    const outer = new Router({ prefix: '/v1' }).use('/api', inner.routes())
    await ask(new Application().use(routesOf(outer)), '/v1/api/x')
    expect(seen).toEqual([{ route: '/v1/api/x', mount: '/' }])
  })

  it('is no route behind a router whose route called next', async () => {
    const { middleware, seen } = probe()
    const router = new Router().get('/:any', (_ctx, next) => next())
    await ask(new Application().use(routesOf(router)).use(middleware), '/x')
    expect(seen).toEqual([{ route: undefined, mount: '/' }])
  })

  it('is the mount path inside koa-mount, also when the client repeats it', async () => {
    const { middleware, seen } = probe()
    const app = new Application().use(mount('/api', middleware))
    await ask(app, '/api/x', '/api', '/api/', '/api/api/x')
    expect(seen).toEqual(times(4, { route: undefined, mount: '/api' }))
  })

  it('is the root again behind a mounted app that called next', async () => {
    const { middleware, seen } = probe()
    const app = new Application().use(mount('/api', (_ctx, next) => next())).use(middleware)
    await ask(app, '/api/x')
    expect(seen).toEqual([{ route: undefined, mount: '/' }])
  })

  it('is the route below the mount path for a router inside koa-mount', async () => {
    const { middleware, seen } = probe()
    const router = new Router().get('/x', middleware, ok).get('/', middleware, ok)
    await ask(new Application().use(mount('/api', routesOf(router))), '/api/x', '/api')
    expect(seen).toEqual([
      { route: '/api/x', mount: '/api' },
      { route: '/api', mount: '/api' },
    ])
  })

  it('is the source of a route that is a regular expression', async () => {
    const { middleware, seen } = probe()
    const router = new Router().get(/^\/(a|b)$/, middleware, ok)
    await ask(new Application().use(routesOf(router)), '/a', '/b')
    expect(seen).toEqual(times(2, { route: '/^\\/(a|b)$/', mount: '/' }))
  })
})
