/** A process ends by itself once its Fastify app is closed, with nothing of forebay's closed by hand. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'

const program = `
  const { default: fastify } = await import('fastify')
  const { concurrencyLimit, rateLimit, responseCache } = await import('@forebay/fastify')
  const app = fastify()
  await app.register(concurrencyLimit, { max: 100, queue: 10, timeout: '1h' })
  await app.register(rateLimit, {
    limit: 3, window: '1d', block: '1d', timeout: '1h', delay: { after: 1, by: '1ms', max: '5ms' },
  })
  await app.register(responseCache, { ttl: '1h', staleWhileRevalidate: '1d', lease: '1h' })
  let runs = 0
  app.get('/', () => (++runs, 'x'))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const ask = async () => (await fetch(url, { headers: { connection: 'close' } })).status
  const statuses = [await ask(), await ask()]
  await app.responseCache.clear({ soft: true })
  statuses.push(await ask(), await ask())
  await app.close()
  console.log(JSON.stringify({ statuses, runs }))
`

beforeAll(buildPackages, 120_000)

it('ends by itself', async () => {
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../packages/fastify/', import.meta.url)),
    timeout: 40_000,
  })
  // A process that had to be killed rejects.
  const { stdout } = await child
  expect(JSON.parse(stdout)).toEqual({ statuses: [200, 200, 200, 429], runs: 2 })
})
