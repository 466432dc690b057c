import { Agent, request } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { concurrencyLimit, rateLimit, responseCache } from '@forebay/koa'
import { koaVersions, serve } from '../harness/koa-server.ts'

const clients = 8

/** What is asked, in turn: hits, misses of a stream, and responses that are never stored. */
const paths = ['/hit', '/stream', '/hit', '/uncached'] as const

function listenersOf(emitter: NodeJS.EventEmitter): Record<string, number> {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]))
}

async function ask(agent: Agent, url: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request(url, { agent }, (response) => response.on('end', resolve).resume())
      .on('error', reject)
      .end()
  })
}

describe.each(koaVersions)('10,000 requests in %s', (_name, Application) => {
  it('leave no listener behind on sockets, app or process', async () => {
    const limit = rateLimit({ limit: 1_000_000, window: '1m', settle: () => 1 })
    const app = new Application()
      .use(limit)
      .use(concurrencyLimit({ max: 100 }))
      .use(responseCache({ ttl: '1m' }))
    app.use((ctx) => {
      if (ctx.path === '/hit') ctx.body = { a: 1 }
      else if (ctx.path === '/stream') ctx.body = Readable.from([Buffer.from('x')])
      else ctx.body = 'x'
      if (ctx.path !== '/hit') ctx.set('Cache-Control', 'no-store')
    })
    await using server = await serve(app)
    const sockets: Socket[] = []
    server.server.on('connection', (socket) => sockets.push(socket))
    const agent = new Agent({ keepAlive: true, maxSockets: clients })
    const run = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await ask(agent, server.url + (paths[i % paths.length] ?? ''))
    }
    const everybody = async (count: number): Promise<void> => {
      await Promise.all(Array.from({ length: clients }, () => run(count)))
    }

    await everybody(paths.length)
    const standing = (): unknown => [sockets.map(listenersOf), listenersOf(app), listenersOf(process)]
    const before = standing()
    await everybody(10_000 / clients)
    expect(standing()).toEqual(before)
    expect(sockets).toHaveLength(clients)
    agent.destroy()
  })
})
