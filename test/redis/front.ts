/** A way to a server that a test stands in: each client's connection and the one made for it end together. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Front {
  readonly port: number
  /** Both ends of every connection. */
  readonly open: ReadonlySet<Socket>
  breakAll(): void
  stop(): Promise<void>
}

/**
 * @param to the server's port, asked at each connection.
 * @param pass told of each connection's two ends; nothing goes from one to the other but by it.
 */
export async function startFront(
  to: () => number,
  pass: (client: Socket, server: Socket) => void,
): Promise<Front> {
  const open = new Set<Socket>()
  const listener = createServer((client) => {
    const server = connect(to(), '127.0.0.1')
    for (const end of [client, server]) {
      open.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => {
        open.delete(end)
        client.destroy()
        server.destroy()
      })
    }
    pass(client, server)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const breakAll = (): void => {
    for (const end of open) end.destroy()
  }
  return {
    port: (listener.address() as AddressInfo).port,
    open,
    breakAll,
    stop: async () => {
      breakAll()
      if (listener.listening) await new Promise((resolve) => listener.close(resolve))
    },
  }
}
