/** A hit in Fastify is byte-equal to what the same handler sends without a cache, in every way of sending. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/fastify'
import { serveFastify } from '../harness/fastify-server.ts'
import { askWire, handlerFields } from '../harness/wire-answer.ts'

const bytes = Buffer.from([0, 1, 2, 254, 255])

const bodies: Readonly<Record<string, (reply: FastifyReply) => unknown>> = {
  'an object': () => ({ a: [1, 'ü'] }),
  'an array': () => [1, 2],
  'an object that is sent': (reply) => reply.send({ a: 1 }),
  'an object under a JSON type of its own': (reply) =>
    reply.type('application/problem+json').send({ title: 'x' }),
  'an object behind a serializer of the reply': (reply) =>
    reply
      .type('text/csv')
      .serializer((value: { a: number }) => `a;${value.a}`)
      .send({ a: 1 }),
  text: () => 'grüezi',
  HTML: (reply) => reply.type('text/html').send('<p>hi</p>'),
  'empty text': (reply) => reply.send(''),
  'text under a JSON type': (reply) => reply.type('application/json').send('{"a": 1}'),
  'a Buffer': (reply) => reply.send(bytes),
  'a Buffer of a type': (reply) => reply.type('image/png').send(bytes),
  'another array of bytes': (reply) => reply.send(new Uint16Array([1, 2, 65_535])),
  'an ArrayBuffer': (reply) => reply.send(Uint8Array.from(bytes).buffer),
  'a stream': (reply) => reply.send(Readable.from([bytes, bytes])),
  'a stream of known length': (reply) =>
    reply
      .type('image/png')
      .header('content-length', 10)
      .send(Readable.from([bytes, bytes])),
  'a stream of text': (reply) => reply.type('text/plain').send(Readable.from(['grü', 'ezi'])),
  'an empty stream': (reply) => reply.send(Readable.from([])),
  'a web stream': (reply) => reply.send(new Blob([bytes]).stream()),
  'a Response': () =>
    new Response('{"a":1}', { status: 203, headers: { 'content-type': 'application/json', 'x-own': '1' } }),
  'a Response that is sent': (reply) => reply.send(new Response('x', { headers: { 'x-own': '1' } })),
  'a Response without a body': () => new Response(null, { status: 200 }),
  'several cookies of the handler and links': (reply) =>
    reply.header('link', ['</a>; rel=next', '</b>; rel=prev']).send('x'),
  'another status': (reply) => reply.code(203).send('x'),
  'a 404 of its own': (reply) => reply.code(404).send({ missing: true }),
  'a 410 thrown': () => {
    throw Object.assign(new Error('gone'), { statusCode: 410 })
  },
  'a redirect': (reply) => reply.redirect('/elsewhere', 308),
  '204': (reply) => reply.code(204).send(),
  null: (reply) => reply.send(null),
  nothing: (reply) => reply.send(),
  'a raw response': (reply) => {
    reply.hijack()
    reply.raw.writeHead(203, { 'cache-control': 'max-age=60', 'x-handler': 'yes', 'x-raw': ['a', 'b'] })
    reply.raw.write('wa')
    reply.raw.end('ter')
  },
  'a raw response that a stream is piped to': (reply) => {
    reply.hijack()
    reply.raw.setHeader('cache-control', 'max-age=60')
    reply.raw.setHeader('x-handler', 'yes')
    Readable.from([bytes, bytes]).pipe(reply.raw)
  },
}

/** The handler of a body, under fields of its own. */
function routes(produce: (reply: FastifyReply) => unknown, ran: () => void) {
  return (app: FastifyInstance): void => {
    app.get('/', (_request, reply) => {
      ran()
      reply.header('cache-control', 'max-age=60')
      reply.header('x-handler', 'yes')
      return produce(reply)
    })
  }
}

describe('a hit in Fastify', () => {
  it.each(Object.entries(bodies))('is what the handler produced: %s', async (_kind, produce) => {
    let runs = 0
    const add = routes(produce, () => runs++)
    await using bare = await serveFastify(add)
    await using cached = await serveFastify(async (app) => {
      await app.register(responseCache)
      add(app)
    })
    const expected = await askWire(bare.url)
    const miss = await askWire(cached.url)
    const hit = await askWire(cached.url)

    expect(runs).toBe(2)
    expect(miss.headers['cache-status']).toContain('stored')
    expect(hit.headers['cache-status']).toContain('hit')
    for (const answer of [miss, hit]) {
      expect([answer.status, answer.body, answer.complete]).toEqual([expected.status, expected.body, true])
    }
    // A stored body has a length, whether the handler's had one or came in chunks.
    const length = expected.status === 204 ? {} : { 'content-length': String(expected.body.length) }
    expect({ ...handlerFields(miss), ...length }).toEqual({ ...handlerFields(expected), ...length })
    expect(handlerFields(hit)).toEqual({ ...handlerFields(expected), ...length })

    const head = await askWire(cached.url, { method: 'HEAD' })
    expect([runs, head.status, head.body.length]).toEqual([2, hit.status, 0])
    expect(handlerFields(head)).toEqual(handlerFields(hit))
  })
})
