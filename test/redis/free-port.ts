/** Ports on loopback that nobody listens on. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** A Redis Cluster node also listens this far above its port. */
const clusterBusOffset = 10_000

/** Below the ports that systems give to outgoing connections (32768 and up), those of the cluster bus included. */
const lowest = 12_000
const highest = 22_700

/**
 * A free port whose cluster bus port is free as well. No connection takes it before it is listened on, and a server that was
 * killed finds it free when it comes back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    if ((await isFree(port)) && (await isFree(port + clusterBusOffset))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
