import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { concurrencyLimit } from '@forebay/koa'
import { koaVersions, serve, type ListeningApp } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

describe.each(koaVersions)('a concurrency limiter in %s', (_name, Application) => {
  interface Held {
    readonly server: ListeningApp
    readonly release: () => void
  }

  /** An app whose `/held` answers only once it is released. */
  async function holding(): Promise<Held> {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    const app = new Application().use(concurrencyLimit({ max: 1 })).use(async (ctx) => {
      if (ctx.path === '/held') await released
      ctx.body = 'ok'
    })
    return { server: await serve(app), release }
  }

  it('answers 503 while its permits are taken, and gives them back with the response', async () => {
    const { server, release } = await holding()
    await using _ = server
    const held = askWire(`${server.url}/held`)
    await once(server.server, 'request')
    const refused = await askWire(server.url)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    release()
    expect((await held).status).toBe(200)
    await vi.waitFor(async () => expect((await askWire(server.url)).status).toBe(200), { timeout: 20_000 })
  })

  it('gives a permit back when its client leaves', async () => {
    const { server } = await holding()
    await using _ = server
    const outgoing = request(`${server.url}/held`, { agent: false })
    outgoing.on('error', () => undefined).end()
    await once(server.server, 'request')
    outgoing.destroy()
    await vi.waitFor(async () => expect((await askWire(server.url)).status).toBe(200), { timeout: 20_000 })
  })
})
