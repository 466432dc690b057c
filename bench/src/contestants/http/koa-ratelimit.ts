/** Koa with koa-ratelimit. */
import koaRateLimit from 'koa-ratelimit'
import { generousLimit, limitScenarios, type HttpContestant } from '../../scenario.ts'
import { koaApp } from './koa-app.ts'

export const koaRatelimit: HttpContestant = {
  name: 'koa-ratelimit',
  framework: 'koa',
  role: 'peer',
  scenarios: limitScenarios,
  serve(scenario, handler) {
    const max = scenario === 'limit-denied' ? 1 : generousLimit
    const options = {
      driver: 'memory' as const,
      db: new Map(),
      duration: 3_600_000,
      max,
      id: (ctx: { readonly ip: string }) => ctx.ip,
    }
    return koaApp(scenario, handler, koaRateLimit(options))
  },
}
