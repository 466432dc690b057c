/** A Redis backend whose time a test moves by hand: the script is told the time instead of asking the server. */
import { memoryBackend, type Backend } from '@forebay/core'
import { manualClock, type ManualClock, type RunningBackend } from '@forebay/testing'
import { Connection } from '../../packages/redis/src/connection/connection.ts'
import type { RedisArgument } from '../../packages/redis/src/connection/redis-client.ts'
import { settingsOf } from '../../packages/redis/src/connection/settings.ts'
import { RedisRateLimitStore } from '../../packages/redis/src/limits/redis-rate-limit-store.ts'
import { limitsScripts } from '../../packages/redis/src/limits/script/limits-script.ts'
import { lockScripts } from '../../packages/redis/src/locks/lock-scripts.ts'
import { RedisLocks } from '../../packages/redis/src/locks/redis-locks.ts'
import { RedisClock } from '../../packages/redis/src/redis-clock.ts'

/** The time is the last argument. Keys outlive every test, as the server's own time does not matter. */
const toldTime = `
local now = tonumber(table.remove(ARGV))

local function lifeMs(last)
  return 600000
end
`

const limitScripts = limitsScripts(toldTime)

const leaseScripts = lockScripts(`${toldTime}
local micros = now * 1000
`)

class TimedConnection extends Connection {
  tellTime: () => number = () => 0

  override call(command: string, words: RedisArgument[]): Promise<unknown> {
    const isScript = command.startsWith('EVAL')
    return super.call(command, isScript ? [...words, String(Math.floor(this.tellTime()))] : words)
  }
}

export interface TimedParts {
  readonly limits: RedisRateLimitStore
  readonly locks: RedisLocks
  readonly clock: ManualClock
  close(): Promise<void>
}

/** @param where what `redisBackend` takes. */
export function timedParts(where: unknown, prefix: string, startAt?: number): TimedParts {
  const settings = settingsOf(where, { prefix, timeout: '5s' })
  const system = memoryBackend().clock
  const connection = new TimedConnection({ settings, clock: system })
  const clock = manualClock(startAt)
  connection.tellTime = () => clock.now()
  const limits = new RedisRateLimitStore({
    connection,
    prefix,
    clock: new RedisClock(clock),
    local: clock,
    lifted: () => undefined,
    scripts: limitScripts,
  })
  const locks = new RedisLocks({ connection, prefix, scripts: leaseScripts })
  return { limits, locks, clock, close: () => connection.close() }
}

let started = 0

/** For suites of a single part: what is not asked of Redis is in memory. */
export function timedBackend(where: unknown): RunningBackend {
  const { limits, locks, clock, close } = timedParts(where, `test${++started}:`)
  const backend: Backend = { ...memoryBackend({ clock }), kind: 'redis', limits, locks }
  return { backend, advance: async (ms) => clock.advance(ms), stop: close }
}
