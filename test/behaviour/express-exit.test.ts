/** A process that has used everything ends by itself once its server is closed, with nothing of forebay's closed by hand. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'

const program = `
  const { default: express } = await import(process.argv[1])
  const { concurrencyLimit, rateLimit, responseCache } = await import('@forebay/express')
  const pages = responseCache({ ttl: '1h', staleWhileRevalidate: '1d', lease: '1h' })
  let runs = 0
  const app = express()
    .set('env', 'test')
    .use(concurrencyLimit({ max: 100, queue: 10, timeout: '1h' }))
    .use(rateLimit({ limit: 3, window: '1d', block: '1d', timeout: '1h', delay: { after: 1, by: '1ms', max: '5ms' } }))
    // The second run is a refresh that never ends.
    .get('/', pages, (_req, res) => void (++runs === 1 && res.send('x')))
  const server = app.listen(0, '127.0.0.1', async () => {
    const url = 'http://127.0.0.1:' + server.address().port
    const ask = async () => (await fetch(url, { headers: { connection: 'close' } })).status
    const statuses = [await ask(), await ask()]
    await pages.cache.clear({ soft: true })
    statuses.push(await ask(), await ask())
    console.log(JSON.stringify({ statuses, runs }))
    server.close()
  })
`

beforeAll(buildPackages, 120_000)

it.each(['express', 'express4'])('with %s', async (name) => {
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, name], {
    cwd: fileURLToPath(new URL('../../examples/express-basic/', import.meta.url)),
    timeout: 40_000,
  })
  // A process that had to be killed rejects.
  const { stdout } = await child
  expect(JSON.parse(stdout)).toEqual({ statuses: [200, 200, 200, 429], runs: 2 })
})
