/** 10,000 requests through each adapter leave nothing behind, and nothing keeps the process alive. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Agent, request } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createResponseCache, memoryBackend } from '@forebay/core'
import type { NeutralRoute } from '@forebay/testing'
import { frameworks } from '../parity/frameworks.ts'

const clients = 8

/** What is asked, in turn: hits, denials, misses of a stream, and responses that are never stored. */
const paths = ['/hit', '/denied', '/stream', '/hit', '/uncached'] as const

const silent = { warn: () => undefined, error: () => undefined }

function routes(backend: object): NeutralRoute[] {
  const noStore = [['cache-control', 'no-store']] as const
  return [
    { method: 'GET', path: '/hit', handle: () => ({ body: { kind: 'json', value: { a: 1 } } }) },
    {
      method: 'GET',
      path: '/denied',
      rateLimit: { ...backend, limit: 0, window: '1m' },
      handle: () => ({ body: { kind: 'empty' } }),
    },
    {
      method: 'GET',
      path: '/stream',
      handle: () => ({ fields: noStore, body: { kind: 'stream', chunks: [Buffer.from('x')] } }),
    },
    {
      method: 'GET',
      path: '/uncached',
      handle: () => ({ fields: noStore, body: { kind: 'text', text: 'x' } }),
    },
  ]
}

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

/** The server's side of every connection, whichever framework it belongs to. */
function watchSockets(): { readonly sockets: Set<Socket>; stop(): void } {
  const sockets = new Set<Socket>()
  const seen = (message: unknown): void => void sockets.add((message as { readonly socket: Socket }).socket)
  subscribe('http.server.request.start', seen)
  return { sockets, stop: () => unsubscribe('http.server.request.start', seen) }
}

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

describe.each(frameworks)('10,000 requests in $name', (harness) => {
  it('leave no listener, timer or entry behind', { timeout: 60_000 }, async () => {
    const backend = memoryBackend()
    const cache = createResponseCache({ backend, ttl: '1m', logger: silent })
    const settle = harness.lift(() => 1)
    const watched = watchSockets()
    const app = await harness.start({
      rateLimit: { backend, limit: 1_000_000, window: '1m', settle, logger: silent },
      responseCache: { cache },
      routes: routes({ backend, logger: silent }),
    })
    const agent = new Agent({ keepAlive: true, maxSockets: clients })
    const everybody = async (count: number): Promise<void> => {
      const run = async (): Promise<void> => {
        for (let i = 0; i < count; i++) await ask(agent, app.url + (paths[i % paths.length] ?? ''))
      }
      await Promise.all(Array.from({ length: clients }, run))
    }

    await everybody(paths.length)
    const standing = (): unknown => [[...watched.sockets].map(listenersOf), listenersOf(process)]
    const before = standing()
    const timersBefore = timers()
    await everybody(10_000 / clients)
    expect(standing()).toEqual(before)
    expect(watched.sockets.size).toBe(clients)
    expect(timers()).toBeLessThanOrEqual(timersBefore)
    expect(cache.stats()).toMatchObject({ entries: 1, refreshes: 0 })
    watched.stop()
    agent.destroy()
    await app.close()
    await backend.close()
  })
})
