/** Streams in Fastify under a cache: they stream, and only what was sent whole is stored. */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/fastify'
import { serveFastify, type ListeningFastify } from '../harness/fastify-server.ts'
import { begin, chunk, Endless, expectPace, failing } from '../harness/streaming.ts'
import { askWire } from '../harness/wire-answer.ts'

interface Streaming extends ListeningFastify {
  readonly runs: () => number
}

async function streaming(handle: (reply: FastifyReply, run: number) => unknown): Promise<Streaming> {
  let runs = 0
  const server = await serveFastify(async (app) => {
    await app.register(responseCache, { ttl: '1m' })
    app.get('/', (_request, reply) => handle(reply, ++runs))
  })
  return Object.assign(server, { runs: () => runs })
}

describe('a stream in Fastify', () => {
  it('reaches the client as it is written, at the pace at which the client reads', async () => {
    const source = new Endless()
    await using server = await streaming((reply) => reply.send(source))
    await expectPace(server.url, source)
  })

  it('is destroyed and not stored when its client leaves', async () => {
    const first = new Endless()
    await using server = await streaming((reply, run) =>
      reply.send(run === 1 ? first : Readable.from([chunk])),
    )
    const response = await begin(server.url)
    await once(response, 'data')
    response.destroy()
    await once(first, 'close')
    const next = await askWire(server.url)
    expect([server.runs(), next.body.length, next.complete]).toEqual([2, chunk.length, true])
  })

  it.each<[string, (reply: FastifyReply) => unknown]>([
    ['sent', (reply) => reply.send(Readable.from(failing(), { objectMode: false }))],
    ['sent as a web stream', (reply) => reply.send(Readable.toWeb(Readable.from(failing())))],
    [
      'piped to the raw response',
      (reply) => {
        reply.hijack()
        const source = Readable.from(failing(), { objectMode: false })
        source.on('error', () => reply.raw.destroy()).pipe(reply.raw)
      },
    ],
  ])('that fails is cut off and not stored: %s', async (_how, fail) => {
    await using server = await streaming((reply, run) => (run === 1 ? fail(reply) : reply.send(chunk)))
    expect((await askWire(server.url)).complete).toBe(false)
    const next = await askWire(server.url)
    expect([server.runs(), next.complete, next.body.length]).toEqual([2, true, chunk.length])
  })

  it('that fails before its first byte is answered by Fastify, and not stored', async () => {
    await using server = await streaming((reply) =>
      reply.send(
        new Readable({
          read() {
            this.destroy(Object.assign(new Error('no such thing'), { statusCode: 503 }))
          },
        }),
      ),
    )
    const statuses: (number | undefined)[] = []
    for (let time = 0; time < 2; time++) {
      statuses.push(
        await askWire(server.url).then(
          ({ status }) => status,
          () => undefined,
        ),
      )
    }
    expect(server.runs()).toBe(2)
    expect(statuses[1]).toBe(statuses[0])
  })

  it('larger than maxBodyBytes passes whole, and is not stored', async () => {
    const many = Array.from({ length: 24 }, () => chunk)
    await using server = await streaming((reply) => reply.send(Readable.from(many)))
    for (const run of [1, 2]) {
      const answer = await askWire(server.url)
      expect([server.runs(), answer.body.length]).toEqual([run, 24 * chunk.length])
    }
  })

  it('that contradicts its length is not stored', async () => {
    await using server = await streaming((reply) =>
      reply.header('content-length', 5).send(Readable.from([Buffer.from('abc')])),
    )
    for (let time = 0; time < 2; time++) await askWire(server.url).catch(() => undefined)
    expect(server.runs()).toBe(2)
  })

  it('with trailers is sent with them, and not stored', async () => {
    await using server = await streaming((reply) =>
      reply
        .trailer('x-sum', (_reply, _payload, done) => done(null, 'abc'))
        .send(Readable.from([Buffer.from('x')])),
    )
    for (const run of [1, 2]) {
      const answer = await askWire(server.url)
      expect([server.runs(), answer.body.toString(), answer.trailers]).toEqual([run, 'x', { 'x-sum': 'abc' }])
    }
  })

  it('is stored whole though the client that asked is answered 304, or with a part', async () => {
    for (const [headers, status] of [
      [{ 'if-none-match': '"v1"' }, 304],
      [{ range: 'bytes=0-9' }, 206],
    ] as const) {
      await using server = await streaming((reply) =>
        reply.headers({ etag: '"v1"', 'content-length': chunk.length }).send(Readable.from([chunk])),
      )
      const conditional = await askWire(server.url, { headers })
      expect([conditional.status, conditional.body.length]).toEqual([status, status === 206 ? 10 : 0])
      const whole = await askWire(server.url)
      expect([server.runs(), whole.status, whole.body.length]).toEqual([1, 200, chunk.length])
    }
  })

  it('is left unread by a HEAD request', async () => {
    const source = new Endless()
    await using server = await streaming((reply) => reply.send(source))
    const head = await askWire(server.url, { method: 'HEAD' })
    expect([head.status, head.body.length, source.destroyed]).toEqual([200, 0, true])
    expect(source.bytes).toBeLessThan(2 ** 20)
  })
})
