/** Where the shops count and cache: in memory, or in the Redis that FOREBAY_REDIS_URL and its kin name. */
import { randomUUID } from 'node:crypto'
import { redisBackendFromEnv, type RedisBackend } from '@forebay/redis'

/**
 * One for each shop, as three apps have three. Without FOREBAY_PREFIX every run of the demo has prefixes of its own: the
 * guessed logins of the last run would be remembered for a quarter of an hour.
 */
export function backendsFrom(environment: NodeJS.ProcessEnv, count: number): (RedisBackend | undefined)[] {
  const prefix = environment['FOREBAY_PREFIX'] ?? `demo-${randomUUID().slice(0, 8)}:`
  return Array.from({ length: count }, (_, index) =>
    redisBackendFromEnv({ ...environment, FOREBAY_PREFIX: `${prefix}${index + 1}:` }),
  )
}
