/** Koa, the handler giving prepared bytes. */
import Koa from 'koa'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaRaw: HttpContestant = {
  name: 'raw body = buffer',
  framework: 'koa',
  scenarios: ['hit-1k', 'hit-20k', 'hit-200k', 'not-modified'],
  serve(scenario) {
    const bytes = Buffer.from(JSON.stringify(contentOf(scenario)))
    const app = new Koa()
    app.use((ctx) => {
      if (scenario === 'not-modified') {
        ctx.etag = 'v1'
        ctx.status = 304
        return
      }
      ctx.set('content-type', 'application/json; charset=utf-8')
      ctx.body = bytes
    })
    return listening(app.callback())
  },
}
