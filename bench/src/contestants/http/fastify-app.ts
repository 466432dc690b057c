/** The Fastify app that every contestant registers its plugin in. */
import fastify, { type FastifyInstance } from 'fastify'
import type { Handler } from '../../handler.ts'
import type { Scenario, Serving } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

export async function fastifyApp(
  scenario: Scenario,
  handler: Handler,
  register?: (app: FastifyInstance) => PromiseLike<unknown>,
): Promise<Serving> {
  const app = fastify()
  await register?.(app)
  app.get('/', (_request, reply) => {
    if (scenario === 'not-modified') reply.header('etag', '"v1"')
    if (scenario === 'stream-20k') reply.type('application/json').send(handler.stream())
    else reply.send(handler.items())
  })
  return await serving(app)
}
