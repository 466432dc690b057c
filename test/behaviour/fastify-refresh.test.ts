/** Background refreshes in Fastify: the app meets the same request again, hooks and all, and no client can pass for one. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import type { ResponseCache } from '@forebay/core'
import { concurrencyLimit, rateLimit, responseCache } from '@forebay/fastify'
import { serveFastify, type ListeningFastify } from '../harness/fastify-server.ts'
import { askWire } from '../harness/wire-answer.ts'

interface Stale extends ListeningFastify {
  readonly seen: object[]
  readonly cache: ResponseCache
  readonly page: string
}

/** What a handler can tell of a request. */
function seenOf(request: FastifyRequest): object {
  const { method, originalUrl, url, ip, protocol, host, params, query, headers } = request
  return { method, originalUrl, url, ip, protocol, host, params, query, headers: { ...headers } }
}

const headers = { 'user-agent': 'test', 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }

/** A server whose page has been stored once, and is stale. The plugins stand within a context that has a prefix. */
async function staleServer(
  handler?: (reply: FastifyReply) => unknown,
  before?: (app: FastifyInstance) => unknown,
): Promise<Stale> {
  const seen: object[] = []
  const server = await serveFastify(
    async (app) => {
      await before?.(app)
      await app.register(rateLimit, { limit: 2, window: '1h' })
      await app.register(
        async (shop) => {
          await shop.register(responseCache, { ttl: '1m', staleWhileRevalidate: '1h' })
          app.decorate('shopCache', shop.responseCache)
          shop.get('/p/:id', (request, reply) => {
            seen.push(seenOf(request))
            reply.header('etag', '"v' + String(seen.length) + '"')
            return seen.length > 1 && handler !== undefined ? handler(reply) : { run: seen.length }
          })
        },
        { prefix: '/shop' },
      )
    },
    { trustProxy: '127.0.0.1' },
  )
  const { shopCache } = server.app as FastifyInstance & { readonly shopCache: ResponseCache }
  const page = `${server.url}/shop/p/1?x=%20`
  await askWire(page, { headers })
  await shopCache.clear({ soft: true })
  return Object.assign(server, { seen, cache: shopCache, page })
}

describe('a refresh in Fastify', () => {
  it('is the same request, in the background and exempt from limits', async () => {
    await using server = await staleServer(undefined, (app) => app.register(concurrencyLimit, { max: 1 }))
    const stale = await askWire(server.page, { headers })
    expect(stale.body.toString()).toBe('{"run":1}')
    expect(stale.headers['cache-status']).toMatch(/^forebay; hit;.*stale-while-revalidate$/)
    await vi.waitFor(() => expect(server.cache.stats().stored).toBe(2), { timeout: 20_000 })
    const [first, again] = server.seen as { readonly headers: object }[]
    expect({ ...again, headers: undefined }).toEqual({ ...first, headers: undefined })
    // The response's own validator: the handler need not make what has not changed.
    expect(again?.headers).toEqual({ ...first?.headers, 'if-none-match': '"v1"' })
    expect(first).toMatchObject({ ip: '192.0.2.1', protocol: 'https', url: '/shop/p/1?x=%20' })
    // Two were counted, and the refresh was not.
    expect((await askWire(server.page, { headers })).status).toBe(429)
  })

  it('runs the hooks of the app, who may refuse it', async () => {
    const asked = vi.fn()
    await using server = await staleServer(undefined, (app) => {
      app.addHook('onRequest', async (request, reply) => {
        asked(request.headers['user-agent'])
        if (asked.mock.calls.length === 3) await reply.code(401).send('who are you?')
      })
    })
    expect((await askWire(server.page, { headers })).status).toBe(200)
    await vi.waitFor(() => expect(asked.mock.calls).toEqual([['test'], ['test'], ['test']]), {
      timeout: 20_000,
    })
    await server.cache.close()
    expect([server.seen.length, server.cache.stats().stored]).toEqual([1, 1])
  })

  it.each<[string, (reply: FastifyReply) => unknown]>([
    ['throws', () => Promise.reject(new Error('a bug'))],
    [
      'breaks off',
      (reply) => {
        reply.hijack()
        reply.raw.write('half', () => reply.raw.destroy())
      },
    ],
    ['answers with an error', (reply) => reply.code(503).send('later')],
  ])('that %s leaves the stale response standing', async (_what, handler) => {
    await using server = await staleServer(handler)
    await askWire(server.page, { headers })
    await vi.waitFor(() => expect(server.seen).toHaveLength(2), { timeout: 20_000 })
    await server.cache.close()
    expect(server.cache.stats()).toMatchObject({ stored: 1 })
  })

  it('is waited for when the app is closed', async () => {
    let finish = (): void => undefined
    const server = await staleServer(
      () => new Promise((resolve) => (finish = () => resolve({ run: 'late' }))),
    )
    await askWire(server.page, { headers })
    await vi.waitFor(() => expect(server.seen).toHaveLength(2), { timeout: 20_000 })
    let isClosed = false
    const closed = server.app.close().then(() => (isClosed = true))
    await new Promise((later) => setTimeout(later, 20))
    expect(isClosed).toBe(false)
    finish()
    await closed
    expect(server.cache.stats().stored).toBe(2)
  })

  it('is nothing that a client can pass for, whatever fields it sends', async () => {
    await using server = await staleServer()
    const forged = Object.fromEntries(
      ['x-forebay-refresh', 'x-forebay-token', 'refresh', 'forebay', 'x-refresh'].map((name) => [name, '1']),
    )
    const statuses: number[] = []
    for (let time = 0; time < 2; time++) {
      const url = `${server.url}/shop/p/2?forebay=refresh`
      statuses.push(
        (await askWire(url, { headers: { ...headers, ...forged, 'cache-control': 'stale-if-error' } }))
          .status,
      )
    }
    expect(statuses).toEqual([200, 429])
  })
})
