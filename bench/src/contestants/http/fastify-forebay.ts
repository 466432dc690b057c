/** Fastify with @forebay/fastify. */
import fastify from 'fastify'
import { rateLimit, responseCache } from '@forebay/fastify'
import { contentOf, generousLimit, type HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyForebay: HttpContestant = {
  name: 'forebay',
  framework: 'fastify',
  scenarios: ['limit-allowed', 'limit-denied', 'hit-1k', 'hit-20k', 'hit-200k'],
  async serve(scenario) {
    const content = contentOf(scenario)
    const app = fastify()
    if (scenario === 'limit-allowed') await app.register(rateLimit, { limit: generousLimit, window: '1h' })
    else if (scenario === 'limit-denied') await app.register(rateLimit, { limit: 1, window: '1h' })
    else await app.register(responseCache, { ttl: '1h' })
    app.get('/', (_request, reply) => {
      reply.send(content)
    })
    return serving(app)
  },
}
