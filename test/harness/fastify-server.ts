/** A Fastify app on a free loopback port, for as long as a test runs. */
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'

export interface ListeningFastify extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly url: string
}

export async function serveFastify(
  build: (app: FastifyInstance) => unknown,
  options: FastifyServerOptions = {},
): Promise<ListeningFastify> {
  const app = fastify({ forceCloseConnections: true, ...options })
  await build(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { app, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => app.close() }
}
