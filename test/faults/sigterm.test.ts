/** A process that is told to end while a refresh is in flight, with a Redis that answers or hangs, and then does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode } from '../redis/redis-node.ts'

/** Prints `ready` when a refresh is in flight; then what it did until its end. */
const program = `
  const { default: express } = await import('express')
  const { rateLimit, responseCache } = await import('@forebay/express')
  const { redisBackend } = await import('@forebay/redis')
  const { memoryBackend } = await import('@forebay/core')
  const quiet = { warn() {}, error() {} }
  const backend = redisBackend(process.argv[1], { logger: quiet })
  // Its own backend, so that something is stale whatever Redis does.
  const pages = responseCache({ ttl: 20, jitter: 0, staleWhileRevalidate: '1h', backend: memoryBackend(), logger: quiet })
  const inRedis = responseCache({ ttl: '1m', backend, logger: quiet })
  let runs = 0
  const app = express().set('env', 'test')
    .use(rateLimit({ limit: 100, window: '1m', backend, logger: quiet }))
    .get('/slow', pages, async (_req, res) => {
      const run = ++runs
      if (run === 2) { console.log('ready'); await new Promise((resolve) => setTimeout(resolve, 400)) }
      res.send('run ' + run)
      if (run === 2) console.log('refreshed')
    })
    .get('/other', inRedis, (_req, res) => res.send('other'))
  const server = app.listen(0, '127.0.0.1', async () => {
    const url = 'http://127.0.0.1:' + server.address().port
    const ask = async (path) => (await fetch(url + path, { headers: { connection: 'close' } })).text()
    await ask('/slow'); await ask('/other')
    process.on('message', async () => {
      await inRedis.cache.invalidateTags('x').catch(() => console.log('purge refused'))
      await new Promise((resolve) => setTimeout(resolve, 30))
      await ask('/slow')
    })
    process.send('started')
  })
  process.on('SIGTERM', async () => {
    server.close()
    await Promise.all([pages.cache.close(), inRedis.cache.close()])
    await backend.close()
    console.log('closed')
    process.disconnect()
  })
`

beforeAll(buildPackages, 120_000)

it.each(['answers', 'hangs'] as const)('while Redis %s', { timeout: 60_000 }, async (how) => {
  await using node = await startRedisNode()
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', program, `redis://127.0.0.1:${node.port}`],
    {
      cwd: fileURLToPath(new URL('../../examples/express-basic/', import.meta.url)),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  let said = ''
  let complained = ''
  child.stderr?.on('data', (chunk) => (complained += String(chunk)))
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      said += String(chunk)
      if (said.includes('ready')) resolve()
    })
  })
  const ended = once(child, 'close')
  try {
    await once(child, 'message')
    if (how === 'hangs') node.pause()
    child.send('go')
    await ready
    child.kill('SIGTERM')
    const [code] = await ended
    const lines = said.trim().split('\n')
    expect({ code, lines, complained }).toEqual({
      code: 0,
      lines: [...(how === 'hangs' ? ['purge refused'] : []), 'ready', 'refreshed', 'closed'],
      complained: '',
    })
  } finally {
    child.kill('SIGKILL')
    if (how === 'hangs') node.resume()
  }
})
