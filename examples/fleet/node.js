/** One process of the shop: near copies in its memory, the truth in Redis, and a word to its parent for every run of a handler. */
import express from 'express'
import { memoryBackend, tieredBackend } from '@forebay/core'
import { responseCache } from '@forebay/express'
import { redisBackend } from '@forebay/redis'

const [redisUrl, databaseUrl] = process.argv.slice(2)
const backend = tieredBackend({ near: memoryBackend(), far: redisBackend(redisUrl), nearTtl: '60s' })
const app = express()
app.use(express.json())

// One name on every process and whatever port it listens on: the key is the host that clients see.
app.use((req, _res, next) => {
  req.headers.host = 'shop.example'
  next()
})

// A process that has just started may be slow to hear from Redis, and this is about how often the handler runs.
const cached = responseCache({ ttl: '5m', tags: (req) => [req.path], backend, timeout: '1s' })

const fromDatabase = async (path, options) => (await fetch(databaseUrl + path, options)).json()

app.get(['/report', '/products/:id'], cached, async (req, res) => {
  process.send({ run: req.path })
  res.json(await fromDatabase(req.path))
})

app.put('/products/:id', async (req, res) => {
  const product = await fromDatabase(req.path, { method: 'PUT', body: JSON.stringify(req.body) })
  await cached.cache.invalidateTags(req.path)
  res.json(product)
})

// Connected before the first request comes: what has to wait for that is asked of the handler instead.
await backend.health()

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

process.once('disconnect', async () => {
  server.closeAllConnections()
  server.close()
  await cached.cache.close()
  await backend.close()
})
