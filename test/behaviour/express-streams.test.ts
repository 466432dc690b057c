/** Streams in Express: their pace, and what becomes of those that do not end well. */
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response as ExpressResponse } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { responseCache } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const chunk = Buffer.alloc(65_536, 'x')

describe.each(expressVersions)('a stream in %s', (_name, makeApp) => {
  it('reaches the client as it is written, and waits for a client that does not read', async () => {
    const cached = responseCache({ ttl: '1m', maxBodyBytes: 100_000_000 })
    let written = 0
    const app = makeApp()
      .use(cached)
      .get('/', (_req, res) => {
        const source = new Readable({
          read() {
            written++
            this.push(written > 400 ? null : chunk)
          },
        })
        source.pipe(res)
      })
    await using server = await listen(app)
    await new Promise<void>((resolve, reject) => {
      request(server.url, { agent: false }, (response) => {
        response.once('readable', () => {
          // 26 MB are on offer: nobody has read them, so they are not made.
          setTimeout(() => {
            expect(written).toBeLessThan(200)
            response.resume().on('end', resolve)
          }, 100)
        })
      })
        .on('error', reject)
        .end()
    })
    expect((await askWire(server.url)).body.byteLength).toBe(400 * chunk.byteLength)
    await vi.waitFor(() => expect(cached.cache.stats().hits).toBe(1), { timeout: 20_000 })
  })

  it.each<[string, (res: ExpressResponse) => void]>([
    ['fails', (res) => void pipeline(Readable.from(failing()), res).catch(() => res.destroy())],
    ['is destroyed', (res) => void res.write('half', () => res.destroy())],
    ['ends short of its length', (res) => void res.writeHead(200, { 'Content-Length': 10 }).end('short')],
  ])('that %s is not stored, and whoever waits gets its own', async (_what, answer) => {
    const cached = responseCache({ ttl: '1m' })
    let runs = 0
    const app = makeApp()
      .use(cached)
      .get('/', (_req, res) => {
        if (++runs === 1) setTimeout(() => answer(res), 20)
        else res.send('whole')
      })
    await using server = await listen(app)
    const first = askWire(server.url).catch(() => ({ complete: false }))
    await vi.waitFor(() => expect(runs).toBe(1), { timeout: 20_000 })
    const second = await askWire(server.url)
    expect((await first).complete).toBe(false)
    expect(second.body.toString()).toBe('whole')
    expect((await askWire(server.url)).headers['cache-status']).toContain('; hit')
    expect(runs).toBe(2)
  })

  it('whose client leaves is not stored, and nothing is left waiting', async () => {
    const cached = responseCache({ ttl: '1m' })
    let runs = 0
    const app = makeApp()
      .use(cached)
      .get('/', (_req, res) => {
        runs++
        res.write('half')
        if (runs > 1) res.end(' whole')
      })
    await using server = await listen(app)
    await new Promise<void>((resolve) => {
      const outgoing = request(server.url, { agent: false }, (response) => {
        response.on('error', () => undefined)
        response.once('data', () => outgoing.destroy())
        response.on('close', () => resolve())
      })
      outgoing.on('error', () => undefined)
      outgoing.end()
    })
    expect((await askWire(server.url)).body.toString()).toBe('half whole')
    expect(cached.cache.stats()).toMatchObject({ stored: 1, collapsed: 0 })
  })

  it('an error that Express answers itself is not stored', async () => {
    let runs = 0
    const app = makeApp()
      .set('env', 'test')
      .use(responseCache({ ttl: '1m' }))
    app.get('/', () => {
      runs++
      throw new Error('a bug')
    })
    await using server = await listen(app)
    for (const _ of [1, 2]) expect((await askWire(server.url)).status).toBe(500)
    expect(runs).toBe(2)
  })
})

async function* failing(): AsyncGenerator<Buffer> {
  yield chunk
  await new Promise((later) => setImmediate(later))
  throw new Error('the source failed')
}
