/** Ports on loopback that nobody listens on. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A Redis Cluster node also listens this far above its port. */
const clusterBusOffset = 10_000

/** A free port whose cluster bus port is free as well. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0)
    if (port === undefined || port + clusterBusOffset > 65_535) continue
    if ((await listenOnce(port + clusterBusOffset)) !== undefined) return port
  }
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const { port: listened } = server.address() as AddressInfo
      server.close(() => resolve(listened))
    })
  })
}
