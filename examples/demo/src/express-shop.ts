/** The shop on Express. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import express from 'express'
import { rateLimit, responseCache } from '@forebay/express'
import type { RedisBackend } from '@forebay/redis'
import { portOf, type RunningShop } from './running-shop.ts'
import { apiLimit, lifetimes, loginLimit } from './settings.ts'
import { Shop } from './shop.ts'

export async function startExpressShop(port: number, backend?: RedisBackend): Promise<RunningShop> {
  const shop = new Shop()
  const where = backend === undefined ? {} : { backend }
  const app = express()
  app.use(rateLimit({ ...apiLimit, ...where, key: (req) => req.get('x-api-key') }))
  app.use(express.json())

  app.get('/products', responseCache({ ttl: lifetimes.list, ...where }), async (_req, res) => {
    res.json(await shop.list())
  })
  const products = responseCache({
    ttl: lifetimes.product,
    ...where,
    tags: (req) => [`product:${String(req.params['id'])}`],
  })
  app.get('/products/:id', products, async (req, res) => {
    const product = await shop.product(Number(req.params['id']))
    if (product) res.json(product)
    else res.status(404).json({ error: 'no such product' })
  })
  app.put('/products/:id', async (req, res) => {
    const product = shop.rename(Number(req.params.id), String(req.body?.name))
    await products.cache.invalidateTags(`product:${req.params.id}`)
    res.status(product ? 200 : 404).json(product ?? { error: 'no such product' })
  })
  app.get('/search', responseCache({ ttl: lifetimes.search, ...where }), async (req, res) => {
    res.json(await shop.search(typeof req.query['q'] === 'string' ? req.query['q'] : ''))
  })
  app.post('/login', rateLimit({ ...loginLimit, ...where }), async (req, res) => {
    const welcome = await shop.login(req.body?.password)
    res.status(welcome ? 200 : 401).json({ welcome })
  })
  app.get('/report', responseCache({ ttl: lifetimes.report, ...where }), async (_req, res) => {
    res.json(await shop.report())
  })
  app.get('/export', responseCache({ ttl: lifetimes.export, ...where }), (_req, res) => {
    res.type('text/csv')
    Readable.from(shop.export()).pipe(res)
  })

  const server = createServer(app)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    framework: 'Express',
    shop,
    port: portOf(server),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
