/** Koa, the handler sending prepared bytes: by the raw response, and as Koa's body. */
import Koa, { type Context } from 'koa'
import type { HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

function sending(name: string, send: (ctx: Context, bytes: Buffer) => void): HttpContestant {
  return {
    name,
    framework: 'koa',
    role: 'floor',
    scenarios: ['hit-1k', 'hit-20k', 'hit-200k'],
    serve(_scenario, handler) {
      const app = new Koa()
      app.use((ctx) => {
        send(ctx, handler.bytes())
      })
      return listening(app.callback())
    },
  }
}

export const koaRaw: HttpContestant = sending('raw end(buffer)', (ctx, bytes) => {
  ctx.respond = false
  ctx.res.statusCode = 200
  ctx.res.setHeader('content-type', 'application/json; charset=utf-8')
  ctx.res.setHeader('content-length', bytes.length)
  ctx.res.end(bytes)
})

export const koaBody: HttpContestant = sending('body = buffer', (ctx, bytes) => {
  ctx.set('content-type', 'application/json; charset=utf-8')
  ctx.body = bytes
})
