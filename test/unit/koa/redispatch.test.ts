import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import type { Context, Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { KoaExchange } from '../../../packages/koa/src/koa-exchange.ts'
import { koaVersions, serve } from '../../harness/koa-server.ts'
import { askWire } from '../../harness/wire-answer.ts'

interface Redispatched {
  readonly app: Koa
  readonly token: object
  /** Whether the second run is over. */
  readonly over: Promise<void>
  readonly refreshes: (object | undefined)[]
}

/** Dispatches every client's request into the app once more, with `x-new` added and `x-old` taken away. */
function twice(
  Application: typeof Koa,
  handler: (ctx: Context) => unknown,
  signal?: AbortSignal,
): Redispatched {
  const token = {}
  const refreshes: (object | undefined)[] = []
  const app = new Application()
  app.silent = true
  const over = new Promise<void>((resolve) => {
    const middleware: Middleware = (ctx, next) => {
      const exchange = new KoaExchange(ctx, middleware)
      refreshes.push(exchange.refresh)
      if (exchange.refresh === undefined) {
        const again = exchange.redispatch(
          token,
          { 'x-new': '1', 'x-old': undefined },
          signal ?? new AbortController().signal,
        )
        void again.then(resolve)
      }
      return next()
    }
    app.use(middleware).use(handler)
  })
  return { app, token, over, refreshes }
}

describe.each(koaVersions)('a request dispatched again in %s', (_name, Application) => {
  it('is the same request with its fields changed, marked by its token alone', async () => {
    const seen: unknown[] = []
    const { app, token, over, refreshes } = twice(Application, (ctx) => {
      const { method, originalUrl, ip, host, protocol, query } = ctx
      seen.push({ method, originalUrl, ip, host, protocol, query: { ...query } })
      seen.push([ctx.get('x-old'), ctx.get('x-new')])
      ctx.body = { a: 1 }
    })
    await using server = await serve(app)
    const answer = await askWire(`${server.url}/a%20b?x=1`, { headers: { 'x-old': 'o' } })
    await over
    expect(answer.body.toString()).toBe('{"a":1}')
    expect(refreshes).toEqual([undefined, token])
    expect(refreshes[1]).toBe(token)
    expect(seen[2]).toEqual(seen[0])
    expect([seen[1], seen[3]]).toEqual(
      expect.arrayContaining([
        ['', '1'],
        ['o', ''],
      ]),
    )
  })

  it.each<[string, (ctx: Context) => unknown]>([
    ['throws', () => Promise.reject(new Error('x'))],
    ['destroys its response', (ctx) => ctx.res.destroy()],
    ['answers nothing', () => undefined],
    ['writes to the raw response', (ctx) => ((ctx.respond = false), ctx.res.end('raw'))],
  ])('is over when its handler %s', async (_what, handler) => {
    const { app, over } = twice(Application, handler)
    await using server = await serve(app)
    await askWire(server.url).catch(() => undefined)
    await expect(over).resolves.toBeUndefined()
  })

  it('is over when it is given up', async () => {
    const giveUp = new AbortController()
    const { app, over, refreshes } = twice(Application, () => new Promise(() => undefined), giveUp.signal)
    await using server = await serve(app)
    const asked = askWire(server.url).catch(() => undefined)
    await expect.poll(() => refreshes.length).toBe(2)
    giveUp.abort()
    await expect(over).resolves.toBeUndefined()
    server.server.closeAllConnections()
    await asked
  })

  it('keeps the host of an HTTP/2 request', async () => {
    const hosts: string[] = []
    const { app, over } = twice(Application, (ctx) => {
      hosts.push(ctx.host)
      ctx.body = 'x'
    })
    const server = createServer(app.callback())
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    session.request({ ':path': '/', ':authority': 'shop.test' }).resume()
    await over
    await expect.poll(() => hosts).toEqual(['shop.test', 'shop.test'])
    session.destroy()
    server.close()
  })
})
