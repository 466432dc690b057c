/** A Redis backend whose time a test moves by hand: the scripts are told the time instead of asking the server. */
import { memoryBackend, type Backend } from '@forebay/core'
import { manualClock, type ManualClock, type RunningBackend } from '@forebay/testing'
import type { Answering } from '../../packages/redis/src/connection/answering.ts'
import { Connection } from '../../packages/redis/src/connection/connection.ts'
import type { RedisRequest } from '../../packages/redis/src/connection/redis-client.ts'
import type { RedisSharedOptions } from '../../packages/redis/src/connection/redis-options.ts'
import { settingsOf } from '../../packages/redis/src/connection/settings.ts'
import { writtenWord } from '../../packages/redis/src/connection/written-command.ts'
import { RedisCacheStore } from '../../packages/redis/src/entries/redis-cache-store.ts'
import { entryScript } from '../../packages/redis/src/entries/script/entry-script.ts'
import { marksScript } from '../../packages/redis/src/entries/script/marks-script.ts'
import type { Lifts } from '../../packages/redis/src/limits/lifts.ts'
import { RedisRateLimitStore } from '../../packages/redis/src/limits/redis-rate-limit-store.ts'
import { lockScripts } from '../../packages/redis/src/locks/lock-scripts.ts'
import { RedisLocks } from '../../packages/redis/src/locks/redis-locks.ts'
import { RedisClock } from '../../packages/redis/src/redis-clock.ts'
import { ownPrefix } from './shared-backends.ts'

/** The time is the last argument. Keys live longer than any test: only the told time decides what is over. */
const told = {
  now: `
local now = tonumber(table.remove(ARGV))
`,
  life: `
local function lifeMs(last)
  return 600000
end
`,
}

const toldTime = told.now + told.life

const leaseScripts = lockScripts(`${toldTime}
local micros = now * 1000
`)

const toldTimeOfEntries = `${toldTime}
local micros = now * 1000

local function expireAt(key)
  redis.call('PEXPIRE', key, 600000)
end
`

const entryScripts = { entry: entryScript(toldTimeOfEntries), marks: marksScript(toldTimeOfEntries) }

class TimedConnection extends Connection {
  tellTime: () => number = () => 0

  override send(request: RedisRequest, answering: Answering): void {
    if (request.command === 'TIME') {
      const now = this.tellTime()
      return answering.answered([Math.floor(now / 1_000), Math.floor((now % 1_000) * 1_000)])
    }
    const isScript = request.command.startsWith('eval')
    super.send(isScript ? withWord(request, String(Math.floor(this.tellTime()))) : request, answering)
  }
}

export function withWord({ command, words, written }: RedisRequest, word: string): RedisRequest {
  return {
    command,
    words: [...words, word],
    written: written === undefined ? undefined : written + writtenWord(word),
  }
}

export const noOtherNode: Lifts = { isHeard: () => true, hear: () => undefined, tell: async () => undefined }

export interface TimedParts {
  readonly limits: RedisRateLimitStore
  readonly entries: RedisCacheStore
  readonly locks: RedisLocks
  readonly clock: ManualClock
  close(): Promise<void>
}

export interface TimedOptions extends RedisSharedOptions {
  /** Default one of its own. */
  readonly clock?: ManualClock
}

/** @param where what `redisBackend` takes. */
export function timedParts(where: unknown, prefix: string, given: TimedOptions = {}): TimedParts {
  const { clock = manualClock(), ...options } = given
  const settings = settingsOf(where, { prefix, timeout: '5s', ...options })
  const { compressAbove } = settings
  const system = memoryBackend().clock
  const connection = new TimedConnection({ settings, clock: system })
  connection.tellTime = () => clock.now()
  const redisClock = new RedisClock(clock)
  const limits = new RedisRateLimitStore({
    connection,
    prefix,
    clock: redisClock,
    local: clock,
    lifts: noOtherNode,
    time: told,
  })
  const entries = new RedisCacheStore({
    connection,
    prefix,
    clock: redisClock,
    local: clock,
    compressAbove,
    scripts: entryScripts,
  })
  const locks = new RedisLocks({ connection, prefix, local: system, scripts: leaseScripts })
  return { limits, entries, locks, clock, close: () => connection.close() }
}

/** What is not asked of Redis is in memory. */
export function timedBackendOn(where: unknown, clock: ManualClock, prefix: string = ownPrefix()): Backend {
  const { limits, entries, locks, close } = timedParts(where, prefix, { clock })
  const asyncDispose = { [Symbol.asyncDispose]: close }
  return { ...memoryBackend({ clock }), kind: 'redis', limits, entries, locks, close, ...asyncDispose }
}

/** For suites of a single part. */
export function timedBackend(where: unknown): RunningBackend {
  const clock = manualClock()
  const backend = timedBackendOn(where, clock)
  return { backend, advance: async (ms) => clock.advance(ms), stop: () => backend.close() }
}
