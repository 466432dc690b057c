/** Express with @forebay/express. */
import { rateLimit, responseCache } from '@forebay/express'
import { cacheOptions, generousLimit, scenarios, type HttpContestant } from '../../scenario.ts'
import { expressApp } from './express-app.ts'

export const expressForebay: HttpContestant = {
  name: 'forebay',
  framework: 'express',
  role: 'ours',
  scenarios,
  serve(scenario, handler) {
    if (scenario === 'limit-allowed')
      return expressApp(scenario, handler, rateLimit({ limit: generousLimit, window: '1h' }))
    if (scenario === 'limit-denied')
      return expressApp(scenario, handler, rateLimit({ limit: 1, window: '1h' }))
    return expressApp(scenario, handler, responseCache(cacheOptions(scenario)))
  },
}
