/** The public door of `@forebay/redis`. */
export type {
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisOptions,
  RedisSentinelOptions,
  RedisSharedOptions,
  RedisUrlOptions,
} from './connection/redis-options.ts'
export type { RedisArgument, RedisClient } from './connection/redis-client.ts'
export { redisBackend, redisBackendFromEnv, type RedisBackend } from './redis-backend.ts'
