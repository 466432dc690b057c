/** Serving a request listener on a free loopback port. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Serving } from '../../scenario.ts'

export async function listening(listener: RequestListener): Promise<Serving> {
  const server = createServer({ keepAliveTimeout: 120_000 }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return servingOn(server)
}

export function servingOn(server: Server): Serving {
  const { port } = server.address() as AddressInfo
  return {
    port,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
