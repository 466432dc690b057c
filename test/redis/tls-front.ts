/** TLS in front of a server that may have been built without it; whoever comes without TLS is let through as well. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { freePort } from './free-port.ts'

export interface TlsFront {
  readonly port: number
  /** Connections that came with TLS so far. */
  readonly secured: () => number
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The first byte of a TLS connection. */
const handshake = 0x16

/**
 * Sentinels and Cluster nodes reach each other without TLS, and tell clients the same address.
 * @param to the port of the server; may be told later, for servers that have to know the front's port.
 */
export async function startTlsFront(to: () => number, options: TlsOptions): Promise<TlsFront> {
  const open = new Set<Socket>()
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
  }
  const pass = (socket: Socket): void => {
    const server = connect(to(), '127.0.0.1')
    keep(server)
    socket.on('close', () => server.destroy())
    server.on('close', () => socket.destroy())
    socket.pipe(server).pipe(socket)
  }
  let secured = 0
  const tls = createTlsServer(options, (socket) => {
    secured++
    keep(socket)
    pass(socket)
  })
  tls.on('tlsClientError', (_error, socket) => socket.destroy())
  const front = createServer((socket) => {
    keep(socket)
    socket.once('data', (first: Buffer) => {
      socket.pause()
      socket.unshift(first)
      if (first[0] === handshake) tls.emit('connection', socket)
      else pass(socket)
    })
  })
  front.listen(await freePort(), '127.0.0.1')
  await once(front, 'listening')
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    if (front.listening) await new Promise((resolve) => front.close(resolve))
  }
  return {
    port: (front.address() as AddressInfo).port,
    secured: () => secured,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
