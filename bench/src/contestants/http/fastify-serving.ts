/** Starting a Fastify app on a free loopback port. */
import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'

export async function serving(app: FastifyInstance): Promise<Server> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}
