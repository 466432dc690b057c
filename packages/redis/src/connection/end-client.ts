/** Ends a client that is ours, and waits until it is gone. */
import type { Clock } from '@forebay/core'
import type { RedisClient } from './redis-client.ts'

/** How long the end of a connection is waited for at most. */
const patienceMs = 1_000

/** In these nothing is open that could end; between two attempts to connect, no `end` would be emitted either. */
const idleStates: ReadonlySet<string> = new Set(['wait', 'reconnecting', 'end'])

export async function endClient(client: RedisClient, clock: Clock): Promise<void> {
  const isOpen = !idleStates.has(client.status)
  const ended = new Promise<void>((resolve) => {
    client.on('end', resolve)
    clock.schedule(patienceMs, resolve)
  })
  client.disconnect()
  if (isOpen) await ended
}
