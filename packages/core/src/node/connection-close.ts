/** The end of a connection, for responses whose turn on it never came. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Undo } from '../ports/clock.ts'

/** One listener per connection, however many requests a client sends on it without waiting for answers. */
const waiting = new WeakMap<Socket, Set<() => void>>()

/**
 * The connection, where the response still waits for the ones before it (HTTP/1.1 pipelining): Node does not tell such a
 * response that the connection has closed, and it never finishes then. Undefined once it has its turn.
 */
export function awaitedConnection(res: ServerResponse): Socket | undefined {
  if (res.socket !== null || res.writableFinished) return undefined
  return (res.req as { readonly socket?: Socket } | undefined)?.socket
}

export function onConnectionClose(socket: Socket, closed: () => void): Undo {
  const known = waiting.get(socket)
  const listeners = known ?? new Set()
  listeners.add(closed)
  if (known === undefined) {
    waiting.set(socket, listeners)
    socket.once('close', () => {
      for (const listener of listeners) listener()
    })
  }
  return () => {
    listeners.delete(closed)
  }
}
