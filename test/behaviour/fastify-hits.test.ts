/** A stored response sent by Fastify: as it was stored, whatever other hooks do; over HTTP/2 and through compression too. */
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import compress from '@fastify/compress'
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FieldLine, ResponseCacheGate } from '@forebay/core'
import { CacheVisits } from '../../packages/fastify/src/cache-visits.ts'

const body = Buffer.from('water '.repeat(500))

function addHits(
  app: FastifyInstance,
  fields: readonly FieldLine[],
  content: Buffer | undefined = body,
): void {
  onTestFinished(() => app.close())
  const response = { status: 203, fields, body: content, age: '7', cacheStatus: 'forebay; hit' }
  const gate = { handle: () => ({ type: 'respond', response }) } as unknown as ResponseCacheGate
  const visits = new CacheVisits(app)
  app.addHook('onSend', visits.onSend)
  const hook = visits.hookOf(gate, { route: '/a', mount: '/', trustsEveryone: false })
  app.get('/a', { preHandler: hook }, () => 'never')
}

const text: readonly FieldLine[] = [
  ['content-type', 'text/plain'],
  ['content-length', String(body.length)],
]

describe('a hit in Fastify', () => {
  it('has the stored status, fields and body, and its age', async () => {
    const app = fastify()
    addHits(app, text)
    const { statusCode, headers, rawPayload } = await app.inject('/a')
    expect([statusCode, rawPayload.equals(body)]).toEqual([203, true])
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': String(body.length),
      age: '7',
      'cache-status': 'forebay; hit',
    })
  })

  it('has no type when none was stored', async () => {
    const app = fastify()
    addHits(app, [])
    expect((await app.inject('/a')).headers).not.toHaveProperty('content-type')
  })

  it('keeps the stored length on HEAD', async () => {
    const app = fastify()
    addHits(app, text, undefined)
    const { headers, rawPayload } = await app.inject({ method: 'HEAD', url: '/a' })
    expect([headers['content-length'], rawPayload.length]).toEqual([String(body.length), 0])
  })

  it('is not changed again by hooks that stand before the cache', async () => {
    const app = fastify()
    app.addHook('onSend', (_request, _reply, payload, done) => done(null, `<${String(payload)}>`))
    addHits(app, text)
    expect((await app.inject('/a')).rawPayload.equals(body)).toBe(true)
  })

  it.each(['before', 'after'])('is compressed for those who ask, registered %s', async (when) => {
    const app = fastify()
    if (when === 'before') await app.register(compress)
    const late = fastify()
    if (when === 'after') {
      addHits(late, text)
      await late.register(compress)
    }
    if (when === 'before') addHits(app, text)
    const served = when === 'before' ? app : late
    const plain = await served.inject({ url: '/a', headers: { 'accept-encoding': 'identity' } })
    expect(plain.rawPayload.equals(body)).toBe(true)
    const asked = await served.inject({ url: '/a', headers: { 'accept-encoding': 'gzip' } })
    const sent = asked.rawPayload
    expect((asked.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent).equals(body)).toBe(true)
  })

  it('leaves over HTTP/2', async () => {
    const app = fastify({ http2: true })
    addHits(app as unknown as FastifyInstance, text)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
    const stream = session.request({ ':path': '/a' })
    const status = new Promise((resolve) => stream.on('response', (fields) => resolve(fields[':status'])))
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    session.close()
    expect([await status, Buffer.concat(chunks).equals(body)]).toEqual([203, true])
  })

  it('leaves no listener behind on a kept-alive connection', async () => {
    const app = fastify()
    addHits(app, text)
    await app.listen({ port: 0, host: '127.0.0.1' })
    let listeners = new Map<unknown, number>()
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/a`
    app.server.on('request', ({ socket }) => {
      listeners = listeners.set(socket, socket.listenerCount('close'))
    })
    const first: number[] = []
    for (let time = 0; time < 500; time++) {
      await (await fetch(url)).arrayBuffer()
      first.push([...listeners.values()].at(-1) ?? 0)
    }
    expect(Math.max(...first)).toBeLessThanOrEqual((first[0] ?? 0) + 1)
  })
})
