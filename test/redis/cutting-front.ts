/** A way to a server that can break at the worst moment: after a command ran, before its answer arrives. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface CuttingFront {
  readonly port: number
  /** The connection whose answer comes next loses it, and breaks. */
  cutNextAnswer(): void
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startCuttingFront(to: number): Promise<CuttingFront> {
  const open = new Set<Socket>()
  let isCutting = false
  const front = createServer((socket) => {
    const server = connect(to, '127.0.0.1')
    for (const end of [socket, server]) {
      open.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => {
        open.delete(end)
        socket.destroy()
        server.destroy()
      })
    }
    socket.on('data', (chunk) => server.write(chunk))
    server.on('data', (chunk) => {
      if (isCutting) socket.destroy()
      else socket.write(chunk)
      isCutting = false
    })
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    if (front.listening) await new Promise((resolve) => front.close(resolve))
  }
  return {
    port: (front.address() as AddressInfo).port,
    cutNextAnswer: () => {
      isCutting = true
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
