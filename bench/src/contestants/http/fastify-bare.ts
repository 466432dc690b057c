/** Fastify alone, sending JSON: the floor. */
import fastify from 'fastify'
import { scenarios, type HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyBare: HttpContestant = {
  name: 'bare',
  framework: 'fastify',
  role: 'floor',
  scenarios,
  serve(scenario, handler) {
    const app = fastify()
    app.get('/', (request, reply) => {
      if (scenario === 'limit-denied') reply.code(429)
      if (scenario === 'not-modified') {
        reply.header('etag', '"v1"')
        const items = handler.items()
        // Fastify compares no entity tags: such a handler does it by itself.
        if (request.headers['if-none-match'] === '"v1"') reply.code(304).send()
        else reply.send(items)
      } else if (scenario === 'stream-20k') {
        reply.type('application/json').send(handler.stream())
      } else {
        reply.send(handler.items())
      }
    })
    return serving(app)
  },
}
