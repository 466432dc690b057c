/** The end of a connection, for responses whose turn on it never came. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The connection, where the response still waits for the ones before it (HTTP/1.1 pipelining): Node does not tell such a
 * response that the connection has closed, and it never finishes then. Undefined once it has its turn.
 */
export function awaitedConnection(res: ServerResponse): Socket | undefined {
  if (res.socket !== null || res.writableFinished) return undefined
  return (res.req as { readonly socket?: Socket } | undefined)?.socket
}
