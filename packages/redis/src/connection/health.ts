/** Whether Redis does what it is there for: it answers, and takes what is written. */
import type { Clock, Health } from '@forebay/core'
import type { Connection } from './connection.ts'
import { explain } from './explain.ts'
import type { Settings } from './settings.ts'
import { why } from './why.ts'

export interface HealthOptions {
  readonly connection: Connection
  readonly settings: Settings
  readonly clock: Clock
}

/** How many keys are written to in turn, so that in a Cluster every node is asked now and then. */
const keys = 64

/**
 * Writes a key, because a replica and a server without memory or disk would still answer a PING. Never rejects. The first
 * failure after a success also finds out why, which may take as long again (`latencyMs` does not count that).
 */
export function healthOf({ connection, settings, clock }: HealthOptions): () => Promise<Health> {
  let turn = 0
  let explanation: Promise<string | undefined> | undefined
  return async () => {
    turn = (turn + 1) % keys
    const askedAt = clock.now()
    try {
      await connection.call('SET', [`${settings.prefix}{${turn}}health`, '1', 'PX', '1000'])
      explanation = undefined
      return { ok: true, latencyMs: clock.now() - askedAt, detail: 'Redis answers' }
    } catch (error) {
      const latencyMs = clock.now() - askedAt
      explanation ??= connection.isClosed ? undefined : explain(settings, clock)
      const more = await explanation
      return { ok: false, latencyMs, detail: more === undefined ? why(error) : `${why(error)} (${more})` }
    }
  }
}
