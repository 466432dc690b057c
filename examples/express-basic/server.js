/** A small shop on Express: a limited login, a cached product, and an update that makes the cache forget it. */
import express from 'express'
import { rateLimit, responseCache } from '@forebay/express'
import { redisBackendFromEnv } from '@forebay/redis'

const products = new Map([
  ['42', { id: '42', name: 'Lamp', price: 40 }],
  ['43', { id: '43', name: 'Chair', price: 90 }],
])

// With FOREBAY_REDIS_URL every process counts and caches together; without it, each by itself in memory.
const backend = redisBackendFromEnv(process.env)

const app = express()
app.use(express.json())

// Everybody, everywhere: paths that nothing answers count too.
app.use(rateLimit({ limit: 100, window: '1m', backend }))

// Five attempts a quarter of an hour, whatever the outcome.
app.post('/login', rateLimit({ limit: 5, window: '15m', algorithm: 'sliding-log', backend }), (req, res) => {
  const welcome = req.body?.password === 'open sesame'
  res.status(welcome ? 200 : 401).json({ welcome })
})

const cached = responseCache({ ttl: '5m', tags: (req) => [`product:${String(req.params.id)}`], backend })

app.get('/products/:id', cached, (req, res) => {
  const product = products.get(req.params.id)
  if (product) res.json(product)
  else res.status(404).json({ error: 'no such product' })
})

app.put('/products/:id', async (req, res) => {
  const product = { id: req.params.id, name: req.body?.name, price: req.body?.price }
  products.set(product.id, product)
  await cached.cache.invalidateTags(`product:${product.id}`)
  res.json(product)
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})

process.once('SIGTERM', () => server.close(() => backend?.close()))
