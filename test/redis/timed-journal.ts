/** A journal in Redis whose time a test moves by hand: the scripts are told the time instead of asking the server. */
import { memoryBackend } from '@forebay/core'
import { manualClock, type RunningBackend } from '@forebay/testing'
import type { Answering } from '../../packages/redis/src/connection/answering.ts'
import { Connection } from '../../packages/redis/src/connection/connection.ts'
import type { RedisRequest } from '../../packages/redis/src/connection/redis-client.ts'
import { settingsOf } from '../../packages/redis/src/connection/settings.ts'
import { journalScripts } from '../../packages/redis/src/journal/journal-scripts.ts'
import { RedisJournal } from '../../packages/redis/src/journal/redis-journal.ts'
import { ownPrefix } from './shared-backends.ts'
import { withWord } from './timed-backend.ts'
import { until } from './until.ts'

/** The time, in µs, is the last argument. */
const scripts = journalScripts(`
local micros = tonumber(table.remove(ARGV))
`)

class TimedConnection extends Connection {
  tellTime: () => number = () => 0

  override send(request: RedisRequest, answering: Answering): void {
    super.send(withWord(request, String(Math.floor(this.tellTime() * 1_000))), answering)
  }
}

/** As a client that sends again what it got no answer to: everything runs twice, and only the second answer is heard. */
class RepeatingConnection extends TimedConnection {
  override get mayResend(): boolean {
    return true
  }

  override send(request: RedisRequest, answering: Answering): void {
    super.send(request, { answered: () => undefined, failed: answering.failed })
    super.send(request, answering)
  }
}

/** For the suite of a journal: everything else is in memory. Two connections, as two processes have them. */
export async function timedJournal(where: unknown, repeats: boolean = false): Promise<RunningBackend> {
  const clock = manualClock()
  const prefix = ownPrefix()
  const settings = settingsOf(where, { prefix, timeout: '5s' })
  const system = memoryBackend().clock
  const [own, other] = [0, 1].map(() => {
    const options = { settings, clock: system }
    const connection = repeats ? new RepeatingConnection(options) : new TimedConnection(options)
    connection.tellTime = () => clock.now()
    const journal = new RedisJournal({ connection, prefix, scripts })
    return { connection, backend: { ...memoryBackend({ clock }), kind: 'redis', shared: true, journal } }
  })
  if (own === undefined || other === undefined) throw new Error('there are two')
  // A Cluster's nodes are connected to one by one, each when a name in one of its slots is first used.
  for (const { backend } of [own, other]) {
    for (let i = 0; i < 12; i++) {
      await until('a connection', async () => {
        await (await backend.journal.open(`warm-up ${i}`, 1))?.release()
        return true
      })
    }
  }
  return {
    backend: own.backend,
    neighbour: other.backend,
    advance: async (ms) => clock.advance(ms),
    async stop() {
      await Promise.all([own.connection.close(), other.connection.close()])
    },
  }
}
