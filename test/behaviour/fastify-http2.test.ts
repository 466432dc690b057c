/** The Fastify plugins on an HTTP/2 server: limits, hits, streams, clients that reset, and refreshes. */
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { rateLimit, responseCache } from '@forebay/fastify'

interface Served {
  readonly app: FastifyInstance
  readonly session: ClientHttp2Session
  ask(path: string, headers?: Record<string, string>): Promise<Http2Answer>
}

interface Http2Answer {
  readonly headers: IncomingHttpHeaders & { readonly ':status'?: number | undefined }
  readonly body: string
}

async function served(build: (app: FastifyInstance) => unknown): Promise<Served> {
  const app = fastify({ http2: true }) as unknown as FastifyInstance
  await build(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  onTestFinished(async () => {
    session.destroy()
    await app.close()
  })
  return { app, session, ask: (path, headers = {}) => ask(session, path, headers) }
}

async function ask(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string>,
): Promise<Http2Answer> {
  const stream = session.request({ ':path': path, ...headers })
  let answered: Http2Answer['headers'] = {}
  stream.on('response', (fields) => (answered = fields))
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return { headers: answered, body: Buffer.concat(chunks).toString() }
}

describe('Fastify over HTTP/2', () => {
  it('limits', async () => {
    const { ask: get } = await served(async (app) => {
      await app.register(rateLimit, { limit: 1, window: '1m' })
      app.get('/', () => 'x')
    })
    const statuses = [(await get('/')).headers[':status'], (await get('/')).headers[':status']]
    expect(statuses).toEqual([200, 429])
  })

  it.each<[string, () => unknown]>([
    ['an object', () => ({ water: 1 })],
    ['a stream', () => Readable.from([Buffer.from('{"water":'), Buffer.from('1}')])],
  ])('stores and serves %s', async (_what, produce) => {
    let runs = 0
    const { ask: get } = await served(async (app) => {
      await app.register(responseCache, { ttl: '1m' })
      app.get('/', (_request, reply) => {
        runs++
        return reply.type('application/json').send(produce())
      })
    })
    const [miss, hit] = [await get('/'), await get('/')]
    expect([runs, miss.body, hit.body]).toEqual([1, '{"water":1}', '{"water":1}'])
    expect(hit.headers['cache-status']).toMatch(/^forebay; hit/)
    const { date, ...others } = miss.headers
    expect(hit.headers).toMatchObject({
      ':status': 200,
      date,
      'content-type': others['content-type'],
      'content-length': '11',
    })
  })

  it('stores nothing whose client reset its stream', async () => {
    let runs = 0
    const sources: Readable[] = []
    const { ask: get, session } = await served(async (app) => {
      await app.register(responseCache, { ttl: '1m' })
      app.get('/', (_request, reply) => {
        const source = runs++ === 0 ? endless() : Readable.from(['whole'])
        sources.push(source)
        return reply.send(source)
      })
    })
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => undefined)
    await new Promise((resolve) => stream.once('data', resolve))
    stream.close(8)
    await vi.waitFor(() => expect(sources[0]?.destroyed).toBe(true), { timeout: 20_000 })
    expect([(await get('/')).body, runs]).toEqual(['whole', 2])
  })

  it('refreshes in the background, exempt from limits', async () => {
    const seen: object[] = []
    const { app, ask: get } = await served(async (own) => {
      await own.register(rateLimit, { limit: 2, window: '1m' })
      await own.register(responseCache, { ttl: '1m', staleWhileRevalidate: '1h' })
      own.get('/p/:id', ({ host, ip, protocol, url, headers }) => {
        seen.push({ host, ip, protocol, url, own: headers['x-own'] })
        return { run: seen.length }
      })
    })
    await get('/p/1?a=b', { 'x-own': 'yes' })
    await app.responseCache.clear({ soft: true })
    expect((await get('/p/1?a=b', { 'x-own': 'yes' })).body).toBe('{"run":1}')
    await vi.waitFor(() => expect(app.responseCache.stats().stored).toBe(2), { timeout: 20_000 })
    expect(seen[1]).toEqual(seen[0])
    expect((await get('/p/1?a=b')).headers[':status']).toBe(429)
  })
})

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(16_384, 'x'))
    },
  })
}
