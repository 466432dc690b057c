/** What surrounds a body in Express: reasons, 1xx, trailers, the client's conditions, lengths that disagree. */
import { fileURLToPath } from 'node:url'
import type { Express, Request, Response as ExpressResponse } from 'express'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen, type ListeningApp } from '../harness/koa-server.ts'
import { askWire, handlerFields } from '../harness/wire-answer.ts'

const file = fileURLToPath(import.meta.url)

type Answer = (res: ExpressResponse, req: Request) => unknown

/** Answers with a lifetime, behind the cache or without one. */
async function serving(app: Express, answer: Answer): Promise<ListeningApp & { runs: () => number }> {
  let runs = 0
  app.set('env', 'test').all('/', (req, res) => {
    runs++
    res.setHeader('Cache-Control', 'max-age=60')
    answer(res, req)
  })
  return Object.assign(await listen(app), { runs: () => runs })
}

describe.each(expressVersions)('a response in %s', (_name, makeApp) => {
  const cached = (answer: Answer) => serving(makeApp().use(responseCache()), answer)

  it.each<[string, Answer]>([
    ['a property', (res) => ((res.statusMessage = 'Fine'), res.send('x'))],
    ['writeHead', (res) => res.writeHead(200, 'Fine').end('x')],
    ['a property before writeHead', (res) => ((res.statusMessage = 'Fine'), res.writeHead(200).end('x'))],
  ])('keeps the reason that its handler gave by %s', async (_how, answer) => {
    await using server = await cached(answer)
    expect((await askWire(server.url)).reason).toBe('Fine')
  })

  it('may follow informational ones', async () => {
    await using server = await cached((res) => {
      res.writeProcessing()
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.send('x')
    })
    const miss = await askWire(server.url)
    expect([miss.informational, miss.body.toString()]).toEqual([[102, 103], 'x'])
    const hit = await askWire(server.url)
    expect([hit.informational, hit.body.toString(), server.runs()]).toEqual([[], 'x', 1])
    const expecting = { method: 'POST', headers: { expect: '100-continue', 'content-length': '0' } }
    expect((await askWire(server.url, expecting)).informational).toEqual([100, 102, 103])
  })

  it.each<[string, Answer]>([
    ['late', (res) => (res.write('a'), res.addTrailers({ 'x-sum': '1' }), res.end('b'))],
    ['before all content', (res) => (res.addTrailers({ 'x-sum': '1' }), res.end('ab'))],
  ])('keeps its trailers, and is not stored without them: %s', async (_when, answer) => {
    await using server = await cached((res, req) => answer(res.setHeader('Trailer', 'x-sum') as never, req))
    for (const runs of [1, 2]) {
      const { trailers, body } = await askWire(server.url)
      expect([trailers, body.toString(), server.runs()]).toEqual([{ 'x-sum': '1' }, 'ab', runs])
    }
  })

  it.each<[string, string, Answer]>([
    ['longer', '1', (res) => res.set('Content-Length', '1').end('ab')],
    ['longer, in writes', '1', (res) => (res.set('Content-Length', '1').write('a'), res.end('b'))],
    ['shorter', '3', (res) => res.set('Content-Length', '3').end('ab')],
    ['absent', '3', (res) => res.set('Content-Length', '3').end()],
  ])('whose content is %s than stated is not stored', async (_what, length, answer) => {
    await using server = await cached(answer)
    for (const runs of [1, 2]) {
      const told = await askWire(server.url).catch((error: NodeJS.ErrnoException) => error)
      if ('headers' in told) expect(told.headers['content-length']).toBe(length)
      else expect(told.code).toMatch(/^HPE_|ECONNRESET/)
      expect(server.runs()).toBe(runs)
    }
  })

  it('leaves what is no status to Node, and the handler may go on', async () => {
    await using server = await cached((res) => {
      expect(() => res.writeHead(42)).toThrow(RangeError)
      expect([res.statusCode, res.headersSent]).toEqual([200, false])
      res.writeHead('203' as never).end('x')
    })
    const miss = await askWire(server.url)
    const hit = await askWire(server.url)
    expect([miss.status, hit.status, server.runs()]).toEqual([203, 203, 1])
  })

  it.each([304, 206])('of %i is the handler’s own, and is not stored', async (status) => {
    await using server = await cached((res) => res.status(status).end())
    for (const runs of [1, 2]) {
      expect([(await askWire(server.url)).status, server.runs()]).toEqual([status, runs])
    }
  })
})

const conditions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a validator that fits': { 'if-none-match': '*' },
  'a validator that does not fit': { 'if-none-match': '"other"' },
  'a later date': { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
  'a range': { range: 'bytes=2-5' },
  'a range at the end': { range: 'bytes=-3' },
  'a range under a condition that fails': { range: 'bytes=2-5', 'if-range': '"other"' },
}

describe.each(expressVersions)('a file in %s, asked for with', (_name, makeApp) => {
  it.each(Object.entries(conditions))('%s', async (_what, headers) => {
    const send: Answer = (res) => res.sendFile(file, { cacheControl: false })
    await using bare = await serving(makeApp(), send)
    await using server = await serving(makeApp().use(responseCache()), send)
    const expected = await askWire(bare.url, { headers })
    for (const which of ['miss', 'hit']) {
      const answer = await askWire(server.url, { headers })
      expect([which, answer.status, answer.body]).toEqual([which, expected.status, expected.body])
      const { vary: _vary, ...fields } = handlerFields(expected)
      expect(handlerFields(answer)).toMatchObject(fields)
    }
    // What lies beyond the end has an error page in Express, and no content in forebay.
    const beyond = { headers: { range: 'bytes=1000000-' } }
    const [page, answer] = [await askWire(bare.url, beyond), await askWire(server.url, beyond)]
    expect([answer.status, answer.headers['content-range']]).toEqual([416, page.headers['content-range']])
    // Whatever was asked for first, the whole file is stored.
    expect((await askWire(server.url)).body).toEqual((await askWire(bare.url)).body)
    expect(server.runs()).toBe(1)
  })
})
