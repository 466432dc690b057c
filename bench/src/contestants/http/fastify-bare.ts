/** Fastify alone, sending JSON: the floor. */
import fastify from 'fastify'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyBare: HttpContestant = {
  name: 'bare',
  framework: 'fastify',
  scenarios: ['limit-allowed', 'limit-denied', 'hit-1k', 'hit-20k', 'hit-200k'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = fastify()
    app.get('/', (_request, reply) => {
      if (scenario === 'limit-denied') reply.code(429)
      reply.send(content)
    })
    return serving(app)
  },
}
