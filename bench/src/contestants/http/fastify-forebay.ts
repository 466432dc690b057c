/** Fastify with @forebay/fastify. */
import { rateLimit, responseCache } from '@forebay/fastify'
import { cacheOptions, generousLimit, scenarios, type HttpContestant } from '../../scenario.ts'
import { fastifyApp } from './fastify-app.ts'

export const fastifyForebay: HttpContestant = {
  name: 'forebay',
  framework: 'fastify',
  role: 'ours',
  scenarios,
  serve: (scenario, handler) =>
    fastifyApp(scenario, handler, (app) => {
      if (scenario === 'limit-allowed') return app.register(rateLimit, { limit: generousLimit, window: '1h' })
      if (scenario === 'limit-denied') return app.register(rateLimit, { limit: 1, window: '1h' })
      return app.register(responseCache, cacheOptions(scenario))
    }),
}
