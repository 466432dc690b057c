/** Serving a Fastify app on a free loopback port. */
import type { FastifyInstance } from 'fastify'
import type { Serving } from '../../scenario.ts'
import { servingOn } from './listening.ts'

export async function serving(app: FastifyInstance): Promise<Serving> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = servingOn(app.server)
  return {
    port,
    async close() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
