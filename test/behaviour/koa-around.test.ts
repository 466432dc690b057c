import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import type Koa from 'koa'
import type { Middleware } from 'koa'
import compress from 'koa-compress'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/koa'
import { koaVersions, serve } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

const page = '<p>compressible</p>'.repeat(200)

describe.each(koaVersions)('around the cache in %s', (_name, Application) => {
  it.each(['outside', 'inside'] as const)(
    'koa-compress %s serves each client what it can read',
    async (place) => {
      let runs = 0
      const around: Middleware[] = [compress(), responseCache({ ttl: '1m' })]
      const app = new Application()
      for (const middleware of place === 'outside' ? around : around.toReversed()) app.use(middleware)
      app.use((ctx) => {
        runs++
        ctx.body = page
      })
      await using server = await serve(app)
      for (const _round of [1, 2]) {
        const zipped = await askWire(server.url, { headers: { 'accept-encoding': 'gzip' } })
        const plain = await askWire(server.url)
        expect(zipped.headers['content-encoding']).toBe('gzip')
        expect(gunzipSync(zipped.body).toString()).toBe(page)
        expect(plain.headers).not.toHaveProperty('content-encoding')
        expect(plain.body.toString()).toBe(page)
        for (const answer of [zipped, plain]) expect(answer.headers.vary).toMatch(/accept-encoding/i)
      }
      // Outside we hold one identity body, inside one for each encoding.
      expect(runs).toBe(place === 'outside' ? 1 : 2)
    },
  )

  it('middleware outside goes on after a hit, and its fields are of this request', async () => {
    let requests = 0
    const app = new Application()
    app.use(async (ctx, next) => {
      const request = ++requests
      ctx.set('X-Before', String(request))
      await next()
      ctx.set('X-After', String(request))
    })
    app.use(responseCache({ ttl: '1m' }))
    app.use((ctx) => {
      ctx.body = { a: 1 }
    })
    await using server = await serve(app)
    for (const request of ['1', '2', '3']) {
      const { headers } = await askWire(server.url)
      expect([headers['x-before'], headers['x-after']]).toEqual([request, request])
    }
  })

  it('a cookie set through ctx.cookies inside is the handler’s, one set outside is not', async () => {
    let runs = 0
    const outside = new Application()
    outside.use(async (ctx, next) => {
      ctx.cookies.set('session', String(runs))
      await next()
    })
    outside.use(responseCache({ ttl: '1m' }))
    outside.use((ctx) => {
      runs++
      if (ctx.path === '/inside') ctx.cookies.set('user', 'alice')
      ctx.body = 'x'
    })
    await using server = await serve(outside)
    for (const _ of [1, 2]) await askWire(`${server.url}/inside`)
    expect(runs).toBe(2)
    await askWire(`${server.url}/plain`)
    const hit = await askWire(`${server.url}/plain`)
    expect(runs).toBe(3)
    expect(hit.headers['set-cookie']).toEqual(['session=3; path=/; httponly'])
  })

  it('HTTP/2 is served alike', async () => {
    let runs = 0
    const app = new Application().use(responseCache({ ttl: '1m' })).use((ctx) => {
      runs++
      ctx.body = { path: ctx.path }
    })
    const answers = await askTwiceByHttp2(app, '/x')
    expect(runs).toBe(1)
    expect(answers.map(({ body }) => body)).toEqual(['{"path":"/x"}', '{"path":"/x"}'])
    expect(answers.map(({ type }) => type)).toEqual(Array(2).fill('application/json; charset=utf-8'))
    expect(answers[1]?.cacheStatus).toContain('hit')
  })
})

interface Http2Answer {
  readonly body: string
  readonly type: unknown
  readonly cacheStatus: unknown
}

async function askTwiceByHttp2(app: Koa, path: string): Promise<Http2Answer[]> {
  const server = createServer(app.callback())
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    const answers: Http2Answer[] = []
    for (const _ of [1, 2]) {
      const stream = session.request({ ':path': path })
      const [headers, body] = await Promise.all([
        new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve)),
        text(stream),
      ])
      answers.push({ body, type: headers['content-type'], cacheStatus: headers['cache-status'] })
    }
    return answers
  } finally {
    session.close()
    server.close()
  }
}
