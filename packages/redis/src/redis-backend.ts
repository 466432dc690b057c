/** The backend that a fleet of processes shares: Redis or Valkey, one server, Sentinels or a Cluster. */
import { systemClock, type Backend, type Journal } from '@forebay/core'
import { RedisBus } from './bus/redis-bus.ts'
import { Connection } from './connection/connection.ts'
import { healthOf } from './connection/health.ts'
import { optionsFromEnvironment, type Environment } from './connection/environment.ts'
import type { RedisClient } from './connection/redis-client.ts'
import type { RedisOptions, RedisSharedOptions, RedisConnectionOptions } from './connection/redis-options.ts'
import { settingsOf, type Settings } from './connection/settings.ts'
import { RedisCacheStore } from './entries/redis-cache-store.ts'
import { RedisJournal } from './journal/redis-journal.ts'
import { LiftsOnBus } from './limits/lifts.ts'
import { RedisRateLimitStore } from './limits/redis-rate-limit-store.ts'
import { RedisLocks } from './locks/redis-locks.ts'
import { RedisClock } from './redis-clock.ts'

/** A backend that also keeps what `writeBehind` has accepted, so that it survives a crash of the process. */
export interface RedisBackend extends Backend {
  readonly journal: Journal
}

/**
 * Connects on first use, and not before; never throws or rejects because Redis is away. While it is, limiters do what
 * `onBackendError` says and caches miss. A client that is given is used with its own settings, and left open by `close()`.
 * @throws ForebayError for options that are unknown, malformed, missing, or contradict each other.
 */
export function redisBackend(url: string, options?: RedisConnectionOptions): RedisBackend
export function redisBackend(options: RedisOptions): RedisBackend
export function redisBackend(client: RedisClient, options?: RedisSharedOptions): RedisBackend
export function redisBackend(
  where: string | RedisOptions | RedisClient,
  options?: RedisConnectionOptions,
): RedisBackend {
  return backendOn(settingsOf(where, options))
}

/**
 * The backend that the environment names: `FOREBAY_REDIS_URL`, or `FOREBAY_REDIS_SENTINELS` and
 * `FOREBAY_REDIS_SENTINEL_NAME`, or `FOREBAY_REDIS_CLUSTER`; undefined when none of them is set.
 * @throws ForebayError that names the variable, and the node where one is malformed.
 */
export function redisBackendFromEnv(environment: Environment): RedisBackend | undefined {
  const options = optionsFromEnvironment(environment)
  return options === undefined ? undefined : redisBackend(options)
}

function backendOn(settings: Settings): RedisBackend {
  const local = systemClock()
  const clock = new RedisClock(local)
  const connection = new Connection({ settings, clock: local })
  const bus = new RedisBus({ settings, connection, clock: local })
  const limits = new RedisRateLimitStore({
    connection,
    prefix: settings.prefix,
    clock,
    local,
    lifts: new LiftsOnBus(bus, local),
  })
  const entries = new RedisCacheStore({
    connection,
    prefix: settings.prefix,
    clock,
    local,
    compressAbove: settings.compressAbove,
  })
  const close = async (): Promise<void> => {
    await Promise.all([bus.close(), connection.close()])
  }
  return {
    kind: 'redis',
    shared: true,
    clock,
    limits,
    entries,
    locks: new RedisLocks({ connection, prefix: settings.prefix, local }),
    journal: new RedisJournal({ connection, prefix: settings.prefix }),
    health: healthOf({ connection, settings, clock: local }),
    bus,
    close,
    [Symbol.asyncDispose]: close,
  }
}
