/** A small shop on Fastify: a limited login, a cached product, and an update that makes the cache forget it. */
import Fastify from 'fastify'
import { rateLimit, responseCache } from '@forebay/fastify'
import { redisBackendFromEnv } from '@forebay/redis'

const products = new Map([
  ['42', { id: '42', name: 'Lamp', price: 40 }],
  ['43', { id: '43', name: 'Chair', price: 90 }],
])

// With FOREBAY_REDIS_URL every process counts and caches together; without it, each by itself in memory.
const backend = redisBackendFromEnv(process.env)

const app = Fastify()

// Everybody, everywhere: paths that nothing answers count too.
await app.register(rateLimit, { limit: 100, window: '1m', backend })
await app.register(responseCache, { global: false, backend })

// Five attempts a quarter of an hour, whatever the outcome.
const attempts = { limit: 5, window: '15m', algorithm: 'sliding-log' }

app.post('/login', { config: { rateLimit: attempts } }, (request, reply) => {
  const welcome = request.body?.password === 'open sesame'
  return reply.code(welcome ? 200 : 401).send({ welcome })
})

const cached = { ttl: '5m', tags: (request) => [`product:${request.params.id}`] }

app.get('/products/:id', { config: { responseCache: cached } }, (request, reply) => {
  const product = products.get(request.params.id)
  return reply.code(product ? 200 : 404).send(product ?? { error: 'no such product' })
})

app.put('/products/:id', async (request) => {
  const { name, price } = request.body
  const product = { id: request.params.id, name, price }
  products.set(product.id, product)
  await app.responseCache.invalidateTags(`product:${product.id}`)
  return product
})

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }))

process.once('SIGTERM', async () => {
  await app.close()
  await backend?.close()
})
