/** A server that answers subscriptions with nonsense must not end the process. */
import type { Socket } from 'node:net'
import type { RedisClient } from '../connection/redis-client.ts'

/**
 * ioredis 5 and 6 throw where nobody can catch it, in their listener to the socket's `data`, when a subscription gets a reply
 * of another kind. Here the connection ends instead.
 */
export function surviveNonsense(client: RedisClient): void {
  client.on('connect', () => {
    const { stream } = client as unknown as { readonly stream?: Socket }
    if (stream === undefined) return
    for (const read of stream.listeners('data') as ((chunk: Buffer) => void)[]) {
      stream.off('data', read)
      stream.on('data', (chunk: Buffer) => {
        try {
          read.call(stream, chunk)
        } catch (error) {
          stream.destroy(error instanceof Error ? error : new Error(String(error)))
        }
      })
    }
  })
}
