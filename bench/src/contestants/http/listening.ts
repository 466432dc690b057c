/** Starting a request listener on a free loopback port. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

export async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 120_000 }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
