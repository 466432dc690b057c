/** Fastify with @forebay/fastify. */
import fastify from 'fastify'
import { rateLimit, responseCache } from '@forebay/fastify'
import {
  cacheOptions,
  cacheScenarios,
  contentOf,
  generousLimit,
  streamOf,
  type HttpContestant,
} from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyForebay: HttpContestant = {
  name: 'forebay',
  framework: 'fastify',
  scenarios: ['limit-allowed', 'limit-denied', 'not-modified', ...cacheScenarios],
  async serve(scenario) {
    const content = contentOf(scenario)
    const app = fastify()
    if (scenario === 'limit-allowed') await app.register(rateLimit, { limit: generousLimit, window: '1h' })
    else if (scenario === 'limit-denied') await app.register(rateLimit, { limit: 1, window: '1h' })
    else await app.register(responseCache, cacheOptions(scenario))
    app.get('/', (_request, reply) => {
      if (scenario === 'not-modified') reply.header('etag', '"v1"')
      if (scenario === 'stream-20k') reply.type('application/json').send(streamOf(content))
      else reply.send(content)
    })
    return serving(app)
  },
}
