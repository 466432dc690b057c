/** Fastify, the handler sending prepared bytes. */
import fastify from 'fastify'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export const fastifyRaw: HttpContestant = {
  name: 'raw send(buffer)',
  framework: 'fastify',
  scenarios: ['hit-1k', 'hit-20k', 'hit-200k', 'not-modified'],
  serve(scenario) {
    const bytes = Buffer.from(JSON.stringify(contentOf(scenario)))
    const app = fastify()
    app.get('/', (_request, reply) => {
      if (scenario === 'not-modified') reply.code(304).header('etag', '"v1"').send()
      else reply.header('content-type', 'application/json; charset=utf-8').send(bytes)
    })
    return serving(app)
  },
}
