import { once } from 'node:events'
import { Readable } from 'node:stream'
import type Koa from 'koa'
import type { Context } from 'koa'
import { describe, expect, it } from 'vitest'
import { responseCache, type ResponseCacheMiddleware } from '@forebay/koa'
import { koaVersions, serve } from '../harness/koa-server.ts'
import { begin, chunk, Endless, expectPace } from '../harness/streaming.ts'
import { askWire } from '../harness/wire-answer.ts'

interface Streamed {
  readonly app: Koa
  readonly cache: ResponseCacheMiddleware['cache']
  readonly runs: () => number
}

function streaming(
  Application: typeof Koa,
  body: (run: number) => Readable,
  prepare?: (ctx: Context) => void,
): Streamed {
  let runs = 0
  const caching = responseCache({ ttl: '1m' })
  const app = new Application().use(caching).use((ctx) => {
    ctx.body = body(++runs)
    prepare?.(ctx)
  })
  app.silent = true
  return { app, cache: caching.cache, runs: () => runs }
}

describe.each(koaVersions)('a stream in %s', (_name, Application) => {
  it('reaches the client as it is written, at the pace at which the client reads', async () => {
    const source = new Endless()
    const { app } = streaming(Application, () => source)
    await using server = await serve(app)
    await expectPace(server.url, source)
  })

  it('is destroyed and not stored when its client leaves', async () => {
    const sources: Readable[] = []
    const { app, runs } = streaming(Application, (run) => {
      const source = run === 1 ? new Endless() : Readable.from([chunk])
      sources.push(source)
      return source
    })
    await using server = await serve(app)
    const response = await begin(server.url)
    await once(response, 'data')
    response.destroy()
    await once(sources[0] as Readable, 'close')
    const next = await askWire(server.url)
    expect([runs(), next.body.length, next.complete]).toEqual([2, chunk.length, true])
  })

  it('that fails is cut off and not stored', async () => {
    const { app, runs } = streaming(Application, (run) =>
      Readable.from(
        (async function* () {
          yield chunk
          // Only once the head has left can a response be cut off.
          await new Promise((later) => setTimeout(later, 20))
          if (run === 1) throw new Error('the source failed')
        })(),
        { objectMode: false },
      ),
    )
    const errors: unknown[] = []
    app.on('error', (error: Error) => errors.push(error.message))
    await using server = await serve(app)
    const cut = await askWire(server.url)
    expect(cut.complete).toBe(false)
    expect(new Set(errors)).toEqual(new Set(['the source failed']))
    const next = await askWire(server.url)
    expect([runs(), next.complete, next.body.length]).toEqual([2, true, chunk.length])
  })

  it('that fails before its first byte is answered by Koa, and not stored', async () => {
    const { app, runs } = streaming(Application, () => new Readable({ read: fail }))
    function fail(this: Readable): void {
      this.destroy(Object.assign(new Error('no such thing'), { status: 503 }))
    }
    await using server = await serve(app)
    const answers = await Promise.allSettled([askWire(server.url), askWire(server.url)])
    expect(answers).toHaveLength(2)
    expect(runs()).toBe(2)
  })

  it('larger than maxBodyBytes passes whole, and is not stored', async () => {
    const many = Array.from({ length: 24 }, () => chunk)
    const { app, runs } = streaming(Application, () => Readable.from(many))
    await using server = await serve(app)
    for (const run of [1, 2]) {
      const answer = await askWire(server.url)
      expect([runs(), answer.body.length]).toEqual([run, 24 * chunk.length])
    }
  })

  it('that contradicts its length is not stored', async () => {
    const { app, runs } = streaming(
      Application,
      () => Readable.from([Buffer.from('abc')]),
      (ctx) => (ctx.length = 5),
    )
    await using server = await serve(app)
    await askWire(server.url).catch(() => undefined)
    await askWire(server.url).catch(() => undefined)
    expect(runs()).toBe(2)
  })

  it('is stored whole though the client that asked is answered 304', async () => {
    const { app, runs } = streaming(
      Application,
      () => Readable.from([chunk]),
      (ctx) => (ctx.etag = 'v1'),
    )
    await using server = await serve(app)
    const conditional = await askWire(server.url, { headers: { 'if-none-match': '"v1"' } })
    expect([conditional.status, conditional.body.length]).toEqual([304, 0])
    const whole = await askWire(server.url)
    expect([runs(), whole.status, whole.body.length]).toEqual([1, 200, chunk.length])
  })

  it('is left unread by a HEAD request', async () => {
    const sources: Endless[] = []
    const { app } = streaming(Application, () => {
      sources.push(new Endless())
      return sources[0] as Endless
    })
    await using server = await serve(app)
    const head = await askWire(server.url, { method: 'HEAD' })
    expect([head.status, head.body.length]).toEqual([200, 0])
    if (sources[0]?.destroyed === false) await once(sources[0], 'close')
    expect(sources[0]?.bytes).toBe(0)
  })
})
