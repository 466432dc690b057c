/** A small shop on Koa: a limited login, a cached product, and an update that makes the cache forget it. */
import { json } from 'node:stream/consumers'
import Router from '@koa/router'
import Koa from 'koa'
import { rateLimit, responseCache } from '@forebay/koa'
import { redisBackendFromEnv } from '@forebay/redis'

const products = new Map([
  ['42', { id: '42', name: 'Lamp', price: 40 }],
  ['43', { id: '43', name: 'Chair', price: 90 }],
])

// With FOREBAY_REDIS_URL every process counts and caches together; without it, each by itself in memory.
const backend = redisBackendFromEnv(process.env)

const app = new Koa()
const router = new Router()

// Everybody, everywhere: paths that nothing answers count too.
app.use(rateLimit({ limit: 100, window: '1m', backend }))

// Five attempts a quarter of an hour, whatever the outcome.
router.post(
  '/login',
  rateLimit({ limit: 5, window: '15m', algorithm: 'sliding-log', backend }),
  async (ctx) => {
    const welcome = (await json(ctx.req)).password === 'open sesame'
    ctx.status = welcome ? 200 : 401
    ctx.body = { welcome }
  },
)

const cached = responseCache({ ttl: '5m', tags: (ctx) => [`product:${ctx.params.id}`], backend })

router.get('/products/:id', cached, (ctx) => {
  const product = products.get(ctx.params.id)
  ctx.status = product ? 200 : 404
  ctx.body = product ?? { error: 'no such product' }
})

router.put('/products/:id', async (ctx) => {
  const { name, price } = await json(ctx.req)
  const product = { id: ctx.params.id, name, price }
  products.set(product.id, product)
  await cached.cache.invalidateTags(`product:${product.id}`)
  ctx.body = product
})

app.use(router.routes())

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})

process.once('SIGTERM', () => server.close(() => backend?.close()))
