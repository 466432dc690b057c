import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:http2'
import { connect as connectSocket, type AddressInfo, type Socket } from 'node:net'
import type { Context } from 'koa'
import type Koa from 'koa'
import { describe, expect, it, vi } from 'vitest'
import { whenAborted, whenOver } from '@forebay/core'
import { koaVersions, serve } from '../../harness/koa-server.ts'
import { askWire } from '../../harness/wire-answer.ts'

interface Watched {
  readonly app: Koa
  /** What was told of responses that were over, `aborted` in between. */
  readonly told: unknown[]
}

function watched(Application: typeof Koa, handler: (ctx: Context) => unknown): Watched {
  const told: unknown[] = []
  const app = new Application()
  app.silent = true
  app.use((ctx, next) => {
    whenOver(ctx.res, (status, completed) => told.push([status, completed]))
    whenAborted(ctx.res, () => told.push('aborted'))
    return next()
  })
  app.use(handler)
  return { app, told }
}

const never = (): Promise<void> => new Promise(() => undefined)

function halfWritten(ctx: Context): Promise<void> {
  ctx.respond = false
  ctx.res.writeHead(200)
  ctx.res.write('half')
  return never()
}

function connectTo(url: string): Socket {
  const socket = connectSocket(Number(new URL(url).port), '127.0.0.1')
  return socket.on('error', () => undefined)
}

describe.each(koaVersions)('the end of a response in %s', (_name, Application) => {
  it('is told once of a whole one, with its status', async () => {
    const { app, told } = watched(Application, (ctx) => (ctx.body = 'x'))
    await using server = await serve(app)
    await askWire(server.url)
    await vi.waitFor(() => expect(told).toEqual([[200, true]]), { timeout: 20_000 })
  })

  it('is waited for by one listener, however many wait', async () => {
    const counts: number[] = []
    const { app, told } = watched(Application, (ctx) => {
      for (let more = 0; more < 20; more++) whenAborted(ctx.res, () => told.push('aborted'))()
      const before = ctx.res.listenerCount('close')
      whenOver(ctx.res, () => told.push('over'))
      counts.push(ctx.res.listenerCount('close') - before)
      ctx.body = 'x'
    })
    await using server = await serve(app)
    await askWire(server.url)
    await vi.waitFor(() => expect(told).toEqual([[200, true], 'over']), { timeout: 20_000 })
    expect(counts).toEqual([0])
  })

  it('is told of one that Koa makes of a throw', async () => {
    const { app, told } = watched(Application, (ctx) => ctx.throw(409))
    await using server = await serve(app)
    await askWire(server.url)
    await vi.waitFor(() => expect(told).toEqual([[409, true]]), { timeout: 20_000 })
  })

  it.each([
    ['before its head', never, undefined],
    ['after its head', halfWritten, 200],
  ])('is told of one whose client leaves %s', async (_when, handler, status) => {
    const { app, told } = watched(Application, handler)
    await using server = await serve(app)
    const outgoing = request(server.url, { agent: false })
    outgoing.on('error', () => undefined)
    outgoing.end()
    await once(server.server, 'request')
    outgoing.destroy()
    await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 20_000 })
    expect(told).toEqual(expect.arrayContaining([[status, false], 'aborted']))
  })

  it('is told of one that never had its turn on a connection that is gone', async () => {
    const { app, told } = watched(Application, (ctx) => (ctx.path === '/late' ? late(ctx) : never()))
    await using server = await serve(app)
    const socket = connectTo(server.url)
    socket.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.write('GET /late HTTP/1.1\r\nHost: x\r\n\r\n')
    const lateTold: unknown[] = []
    const late = async (ctx: Context): Promise<void> => {
      socket.destroy()
      await once(ctx.req.socket, 'close')
      whenOver(ctx.res, (status, completed) => lateTold.push([status, completed]))
      whenAborted(ctx.res, () => lateTold.push('aborted'))
    }
    await vi.waitFor(() => expect(told).toHaveLength(6), { timeout: 20_000 })
    expect(told).toEqual(expect.arrayContaining([[undefined, false], 'aborted']))
    await vi.waitFor(() => expect(lateTold).toEqual([[undefined, false], 'aborted']), { timeout: 20_000 })
  })

  it('is told of what was over before anybody asked', async () => {
    const told: unknown[] = []
    const app = new Application().use(async (ctx) => {
      ctx.res.destroy()
      await once(ctx.res, 'close')
      whenOver(ctx.res, (status, completed) => told.push([status, completed]))
      whenAborted(ctx.res, () => told.push('aborted'))
    })
    await using server = await serve(app)
    await askWire(server.url).catch(() => undefined)
    await vi.waitFor(() => expect(told).toEqual([[undefined, false], 'aborted']), { timeout: 20_000 })
  })

  it.each<[string, (ctx: Context) => unknown, unknown[]]>([
    ['whole', (ctx) => (ctx.body = 'x'), [[200, true]]],
    ['reset by the client', never, [[undefined, false], 'aborted']],
    ['reset half-way', halfWritten, [[200, false], 'aborted']],
  ])('is told of HTTP/2: %s', async (_what, handler, expected) => {
    const { app, told } = watched(Application, handler)
    const server = createServer(app.callback())
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => undefined).resume()
    await once(server, 'request')
    if (handler === never) stream.close(8)
    else if (handler === halfWritten) stream.once('data', () => stream.close(8))
    await vi.waitFor(() => expect(told).toHaveLength(expected.length), { timeout: 20_000 })
    expect(told).toEqual(expect.arrayContaining(expected))
    session.destroy()
    server.close()
  })
})
