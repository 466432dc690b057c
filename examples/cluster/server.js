/** One process of the cluster. */
import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'
import { diskBackend } from '@forebay/disk'
import { rateLimit, responseCache } from '@forebay/express'
import { redisBackendFromEnv } from '@forebay/redis'

export async function serve(path) {
  // With FOREBAY_REDIS_URL the processes might as well be on several machines.
  const backend = redisBackendFromEnv(process.env) ?? diskBackend({ path })
  // New processes are slow to answer, and this is about how often the handler runs.
  const pages = responseCache({ ttl: '5m', backend, timeout: '1s' })
  const app = express()

  app.get('/report', pages, async (_req, res) => {
    process.send('run')
    await wait(300)
    res.json({ made: Math.random() })
  })

  app.delete('/report', async (req, res) => {
    await pages.cache.invalidateUrl(`http://${req.headers.host}/report`)
    res.sendStatus(204)
  })

  app.get('/limited', rateLimit({ limit: 25, window: '1m', backend, timeout: '1s' }), (_req, res) => {
    res.sendStatus(200)
  })

  const server = app.listen(process.env.PORT ?? 0, '127.0.0.1')
  process.once('disconnect', async () => {
    server.closeAllConnections()
    server.close()
    await pages.cache.close()
    await backend.close()
  })
}
