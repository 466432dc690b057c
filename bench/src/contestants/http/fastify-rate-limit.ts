/** Fastify with @fastify/rate-limit. */
import fastify from 'fastify'
import rateLimit from '@fastify/rate-limit'
import { contentOf, generousLimit, type HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyRateLimit: HttpContestant = {
  name: '@fastify/rate-limit',
  framework: 'fastify',
  scenarios: ['limit-allowed', 'limit-denied'],
  async serve(scenario) {
    const content = contentOf(scenario)
    const app = fastify()
    await app.register(rateLimit, {
      max: scenario === 'limit-denied' ? 1 : generousLimit,
      timeWindow: 3_600_000,
    })
    app.get('/', (_request, reply) => {
      reply.send(content)
    })
    return serving(app)
  },
}
