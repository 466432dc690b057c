/** Fastify with @fastify/rate-limit. */
import rateLimit from '@fastify/rate-limit'
import { generousLimit, limitScenarios, type HttpContestant } from '../../scenario.ts'
import { fastifyApp } from './fastify-app.ts'

export const fastifyRateLimit: HttpContestant = {
  name: '@fastify/rate-limit',
  framework: 'fastify',
  role: 'peer',
  scenarios: limitScenarios,
  serve: (scenario, handler) =>
    fastifyApp(scenario, handler, (app) =>
      app.register(rateLimit, {
        max: scenario === 'limit-denied' ? 1 : generousLimit,
        timeWindow: 3_600_000,
      }),
    ),
}
