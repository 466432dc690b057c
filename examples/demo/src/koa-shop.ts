/** The shop on Koa. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { rateLimit, responseCache } from '@forebay/koa'
import type { RedisBackend } from '@forebay/redis'
import { readJson } from './read-json.ts'
import { portOf, type RunningShop } from './running-shop.ts'
import { apiLimit, lifetimes, loginLimit } from './settings.ts'
import { Shop } from './shop.ts'

export async function startKoaShop(port: number, backend?: RedisBackend): Promise<RunningShop> {
  const shop = new Shop()
  const where = backend === undefined ? {} : { backend }
  const app = new Koa()
  const router = new Router()
  app.use(rateLimit({ ...apiLimit, ...where, key: (ctx) => ctx.get('x-api-key') || undefined }))

  router.get('/products', responseCache({ ttl: lifetimes.list, ...where }), async (ctx) => {
    ctx.body = await shop.list()
  })
  const products = responseCache({
    ttl: lifetimes.product,
    ...where,
    tags: (ctx: Context) => [`product:${idOf(ctx)}`],
  })
  router.get('/products/:id', products, async (ctx) => {
    const product = await shop.product(Number(idOf(ctx)))
    ctx.status = product ? 200 : 404
    ctx.body = product ?? { error: 'no such product' }
  })
  router.put('/products/:id', async (ctx) => {
    const { name } = await readJson(ctx.req)
    const product = shop.rename(Number(idOf(ctx)), String(name))
    await products.cache.invalidateTags(`product:${idOf(ctx)}`)
    ctx.status = product ? 200 : 404
    ctx.body = product ?? { error: 'no such product' }
  })
  router.get('/search', responseCache({ ttl: lifetimes.search, ...where }), async (ctx) => {
    ctx.body = await shop.search(String(ctx.query['q'] ?? ''))
  })
  router.post('/login', rateLimit({ ...loginLimit, ...where }), async (ctx) => {
    const { password } = await readJson(ctx.req)
    const welcome = await shop.login(password)
    ctx.status = welcome ? 200 : 401
    ctx.body = { welcome }
  })
  router.get('/report', responseCache({ ttl: lifetimes.report, ...where }), async (ctx) => {
    ctx.body = await shop.report()
  })
  router.get('/export', responseCache({ ttl: lifetimes.export, ...where }), (ctx) => {
    ctx.type = 'text/csv'
    ctx.body = Readable.from(shop.export())
  })
  app.use(router.routes())

  const server = createServer(app.callback())
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    framework: 'Koa',
    shop,
    port: portOf(server),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function idOf(ctx: Context): string {
  return (ctx['params'] as { id: string }).id
}
