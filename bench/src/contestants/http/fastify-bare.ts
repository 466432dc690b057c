/** Fastify alone, sending JSON: the floor. */
import fastify from 'fastify'
import { cacheScenarios, contentOf, streamOf, type HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyBare: HttpContestant = {
  name: 'bare',
  framework: 'fastify',
  scenarios: ['limit-allowed', 'limit-denied', ...cacheScenarios],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = fastify()
    app.get('/', (_request, reply) => {
      if (scenario === 'limit-denied') reply.code(429)
      if (scenario === 'stream-20k') reply.type('application/json').send(streamOf(content))
      else reply.send(content)
    })
    return serving(app)
  },
}
