/** Koa with @forebay/koa. */
import { rateLimit, responseCache } from '@forebay/koa'
import { cacheOptions, generousLimit, scenarios, type HttpContestant } from '../../scenario.ts'
import { koaApp } from './koa-app.ts'

export const koaForebay: HttpContestant = {
  name: 'forebay',
  framework: 'koa',
  role: 'ours',
  scenarios,
  serve(scenario, handler) {
    if (scenario === 'limit-allowed')
      return koaApp(scenario, handler, rateLimit({ limit: generousLimit, window: '1h' }))
    if (scenario === 'limit-denied') return koaApp(scenario, handler, rateLimit({ limit: 1, window: '1h' }))
    return koaApp(scenario, handler, responseCache(cacheOptions(scenario)))
  },
}
