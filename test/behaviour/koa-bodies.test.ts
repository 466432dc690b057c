import { Readable } from 'node:stream'
import type { Context, Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/koa'
import { koaVersions, serve } from '../harness/koa-server.ts'
import { askWire, handlerFields } from '../harness/wire-answer.ts'

const bytes = Buffer.from([0, 1, 2, 254, 255])

const bodies: Readonly<Record<string, (ctx: Context) => void>> = {
  'an object': (ctx) => (ctx.body = { a: [1, 'ü'] }),
  'an array': (ctx) => (ctx.body = [1, 2]),
  'a number': (ctx) => (ctx.body = 42),
  'a boolean': (ctx) => (ctx.body = false),
  'an object under a JSON type of its own': (ctx) => {
    ctx.type = 'application/problem+json'
    ctx.body = { title: 'x' }
  },
  text: (ctx) => (ctx.body = 'grüezi'),
  HTML: (ctx) => (ctx.body = '<p>hi</p>'),
  'empty text': (ctx) => (ctx.body = ''),
  'text without a type': (ctx) => {
    ctx.body = 'x'
    ctx.remove('Content-Type')
  },
  'a Buffer': (ctx) => (ctx.body = bytes),
  'a stream': (ctx) => (ctx.body = Readable.from([bytes, bytes])),
  'a stream of known length': (ctx) => {
    ctx.type = 'png'
    ctx.body = Readable.from([bytes, bytes])
    ctx.length = 10
  },
  'a stream without a type': (ctx) => {
    ctx.body = Readable.from([bytes])
    ctx.remove('Content-Type')
  },
  'several cookies and links': (ctx) => {
    ctx.append('Link', ['</a>; rel=next', '</b>; rel=prev'])
    ctx.body = 'x'
  },
  'another status': (ctx) => {
    ctx.status = 203
    ctx.body = 'x'
  },
  'a 404 of its own': (ctx) => {
    ctx.status = 404
    ctx.body = { missing: true }
  },
  'no content under a status that has content': (ctx) => {
    ctx.body = null
    ctx.status = 200
  },
  '204': (ctx) => (ctx.status = 204),
  'a body of null': (ctx) => (ctx.body = null),
  // Version 2 makes JSON of these, and so must a hit.
  'a Blob': (ctx) => (ctx.body = new Blob([bytes], { type: 'image/png' })),
  'a web stream': (ctx) => (ctx.body = new Blob([bytes]).stream()),
  'a Response': (ctx) => {
    ctx.body = new Response('{"a":1}', {
      status: 203,
      headers: { 'content-type': 'application/json', 'x-own': '1' },
    })
  },
  'a Response without a body': (ctx) => (ctx.body = new Response(null, { status: 200 })),
}

describe.each(koaVersions)('a hit in %s', (_name, Application) => {
  it.each(Object.entries(bodies))('is what the handler produced: %s', async (_kind, produce) => {
    let runs = 0
    const handler: Middleware = (ctx) => {
      runs++
      ctx.set('Cache-Control', 'max-age=60')
      ctx.set('X-Handler', 'yes')
      produce(ctx)
    }
    await using bare = await serve(new Application().use(handler))
    await using cached = await serve(new Application().use(responseCache()).use(handler))
    const expected = await askWire(bare.url)
    const miss = await askWire(cached.url)
    const hit = await askWire(cached.url)

    expect(runs).toBe(2)
    expect(miss.headers['cache-status']).toContain('stored')
    expect(hit.headers['cache-status']).toContain('hit')
    for (const answer of [miss, hit]) {
      expect([answer.status, answer.body]).toEqual([expected.status, expected.body])
    }
    // Version 2 sends an empty body in chunks; that it has no bytes may be said as well.
    expect({ 'content-length': '0', ...handlerFields(miss) }).toEqual({
      'content-length': '0',
      ...handlerFields(expected),
    })
    // A stored body has a length, whether the handler's had one or came in chunks.
    const length = expected.status === 204 ? {} : { 'content-length': String(expected.body.length) }
    expect(handlerFields(hit)).toEqual({ ...handlerFields(expected), ...length })

    const head = await askWire(cached.url, { method: 'HEAD' })
    expect([runs, head.status, head.body.length]).toEqual([2, hit.status, 0])
    expect(handlerFields(head)).toEqual(handlerFields(hit))
  })

  it.each([
    ['a status alone', (ctx: Context) => (ctx.status = 200)],
    ['nothing', () => undefined],
  ])('never is what Koa says in the place of %s', async (_what, produce) => {
    let runs = 0
    const app = new Application().use(responseCache({ ttl: '1m' })).use((ctx) => {
      runs++
      produce(ctx)
    })
    await using server = await serve(app)
    const answers = [await askWire(server.url), await askWire(server.url)]
    expect(runs).toBe(2)
    expect(answers[1]?.body).toEqual(answers[0]?.body)
    expect(answers[1]?.headers['cache-status']).not.toContain('hit')
  })
})
