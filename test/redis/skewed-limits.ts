/** Limits of a host whose clock is wrong. */
import { systemClock, type Clock } from '@forebay/core'
import { Connection } from '../../packages/redis/src/connection/connection.ts'
import { settingsOf } from '../../packages/redis/src/connection/settings.ts'
import { RedisRateLimitStore } from '../../packages/redis/src/limits/redis-rate-limit-store.ts'
import { RedisClock } from '../../packages/redis/src/redis-clock.ts'
import { noOtherNode } from './timed-backend.ts'

export interface SkewedLimits {
  readonly limits: RedisRateLimitStore
  /** The server's time as this host sees it. */
  readonly clock: Clock
  /** What this host takes for the time. */
  readonly local: Clock
  close(): Promise<void>
}

export function skewedLimits(where: unknown, skewMs: number): SkewedLimits {
  const settings = settingsOf(where, { prefix: 'skewed:', timeout: '5s' })
  const system = systemClock()
  const local: Clock = {
    now: () => system.now() + skewMs,
    toWall: (instant) => system.toWall(instant),
    schedule: system.schedule,
  }
  const clock = new RedisClock(local)
  const connection = new Connection({ settings, clock: local })
  const limits = new RedisRateLimitStore({
    connection,
    prefix: settings.prefix,
    clock,
    local,
    lifts: noOtherNode,
  })
  return { limits, clock, local, close: () => connection.close() }
}
