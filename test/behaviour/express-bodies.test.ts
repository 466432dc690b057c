/** Every way in which an Express handler answers: a miss and a hit are what the handler produced. */
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { Request, Response as ExpressResponse } from 'express'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire, handlerFields } from '../harness/wire-answer.ts'

const bytes = Buffer.from([0, 1, 2, 254, 255])
const file = fileURLToPath(import.meta.url)

const answers: Readonly<Record<string, (res: ExpressResponse, req: Request) => unknown>> = {
  'json of an object': (res) => res.json({ a: [1, 'ü'] }),
  'json of null': (res) => res.json(null),
  'json of a text': (res) => res.json('x'),
  jsonp: (res) => res.jsonp({ a: 1 }),
  'send of a text': (res) => res.send('grüezi'),
  'send of an object': (res) => res.send({ a: 1 }),
  'send of a Buffer': (res) => res.send(bytes),
  'send of nothing': (res) => res.send(),
  'send of an empty text': (res) => res.send(''),
  'a type of its own': (res) => res.type('application/problem+json').send('{}'),
  'a status and a text': (res) => res.status(203).send('x'),
  sendStatus: (res) => res.sendStatus(404),
  'a redirect': (res) => res.redirect(301, '/b'),
  format: (res) => res.format({ json: () => res.json({ a: 1 }), text: () => res.send('x') }),
  sendFile: (res) => res.sendFile(file, { cacheControl: false }),
  download: (res) => res.download(file, 'name.txt', { cacheControl: false }),
  'end of a text': (res) => res.end('x'),
  'end of a text in another encoding': (res) => res.end('eMO8', 'base64'),
  'end of a Buffer, with a callback': (res) => res.end(bytes, () => undefined),
  'end of nothing': (res) => res.end(),
  'writes and end': (res) => {
    res.write('one, ')
    res.write(Buffer.from('two, '), () => undefined)
    res.write('dGhyZWUs', 'base64', () => undefined)
    res.end('four')
  },
  'late writes': async (res) => {
    res.write('one, ')
    await new Promise((later) => setImmediate(later))
    res.write('two')
    await new Promise((later) => setImmediate(later))
    res.end()
  },
  'writes of a stated length': (res) => {
    res.setHeader('Content-Length', 10)
    res.write(bytes)
    res.end(bytes)
  },
  'a piped stream': (res) => Readable.from([bytes, bytes]).pipe(res),
  'a pipeline': (res) => pipeline(Readable.from([bytes, bytes]), res),
  'a file stream': (res) => createReadStream(file).pipe(res.type('text')),
  'a web stream': (res) => pipeline(Readable.fromWeb(new Blob([bytes]).stream() as never), res),
  'a Response': async (res) => {
    const response = new Response('{"a":1}', { status: 203, headers: { 'content-type': 'application/json' } })
    res.status(response.status)
    for (const [name, value] of response.headers) res.setHeader(name, value)
    res.end(Buffer.from(await response.arrayBuffer()))
  },
  'writeHead of a status': (res) => res.writeHead(200).end('x'),
  'writeHead with a reason': (res) => res.writeHead(200, 'Fine').end('x'),
  'writeHead with an object': (res) =>
    res.writeHead(200, { 'X-A': '1', 'Content-Type': 'text/plain' }).end('x'),
  'writeHead with a reason and an object': (res) => res.writeHead(200, 'Fine', { 'X-A': '1' }).end('x'),
  'writeHead with a flat list': (res) => res.writeHead(200, ['X-A', '1', 'Link', '</a>']).end('x'),
  'writeHead after setHeader': (res) => {
    res.setHeader('X-A', '0')
    res.writeHead(203, { 'X-A': '1' })
    res.write('x')
    res.end()
  },
  flushHeaders: (res) => {
    res.flushHeaders()
    res.write('x')
    res.end('y')
  },
  'several lines of a field': (res) => {
    res.append('Link', ['</a>; rel=next', '</b>; rel=prev'])
    res.send('x')
  },
  'early hints': (res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' })
    res.send('x')
  },
  '204': (res) => res.status(204).end(),
  '204 with a body that may not be': (res) => res.status(204).send('x'),
}

describe.each(expressVersions)('an answer in %s', (_name, makeApp) => {
  it.each(Object.entries(answers))(
    'is what the handler produced, on a miss and on a hit: %s',
    async (_how, answer) => {
      let runs = 0
      const handler = (req: Request, res: ExpressResponse, next: (error: unknown) => void): void => {
        runs++
        res.setHeader('Cache-Control', 'max-age=60')
        res.setHeader('X-Handler', 'yes')
        Promise.resolve()
          .then(() => answer(res, req))
          .catch(next)
      }
      await using bare = await listen(makeApp().get('/', handler))
      await using cached = await listen(makeApp().use(responseCache()).get('/', handler))
      const expected = await askWire(bare.url)
      const miss = await askWire(cached.url)
      const hit = await askWire(cached.url)

      expect(miss.headers['cache-status']).toBe('forebay; fwd=uri-miss; stored')
      expect(hit.headers['cache-status']).toMatch(/^forebay; hit; ttl=\d+$/)
      expect(runs).toBe(2)
      for (const got of [miss, hit]) expect([got.status, got.body]).toEqual([expected.status, expected.body])
      expect(handlerFields(miss)).toEqual(handlerFields(expected))
      // A stored body has a length, whether the handler's had one or came in chunks.
      const length = expected.status === 204 ? {} : { 'content-length': String(expected.body.length) }
      expect(handlerFields(hit)).toEqual({ ...handlerFields(expected), ...length })

      const head = await askWire(cached.url, { method: 'HEAD' })
      expect([runs, head.status, head.body.length]).toEqual([2, hit.status, 0])
      expect(handlerFields(head)).toEqual(handlerFields(hit))
    },
  )
})
