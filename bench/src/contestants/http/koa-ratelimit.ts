/** Koa with koa-ratelimit. */
import Koa from 'koa'
import koaRateLimit from 'koa-ratelimit'
import { contentOf, generousLimit, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaRatelimit: HttpContestant = {
  name: 'koa-ratelimit',
  framework: 'koa',
  scenarios: ['limit-allowed', 'limit-denied'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = new Koa()
    const max = scenario === 'limit-denied' ? 1 : generousLimit
    app.use(koaRateLimit({ driver: 'memory', db: new Map(), duration: 3_600_000, max, id: (ctx) => ctx.ip }))
    app.use((ctx) => {
      ctx.body = content
    })
    return listening(app.callback())
  },
}
