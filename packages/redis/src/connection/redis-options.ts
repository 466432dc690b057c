/** What users say of their Redis. */
import type { ConnectionOptions } from 'node:tls'
import type { Duration, Logger } from '@forebay/core'

/** Accepted whatever the connection is, an existing client included. */
export interface RedisSharedOptions {
  /**
   * What every key and channel begins with: 1 to 64 printable ASCII characters without spaces and braces. Different
   * applications on one Redis need different ones. Default `'forebay:'`.
   */
  readonly prefix?: string
  /** The longest a command may take; after that it counts as failed. Default `'500ms'`. */
  readonly timeout?: Duration
  /**
   * Cached values of at least this many bytes are held compressed, where that makes them smaller; what is encoded already
   * stays as it is. Default: none are.
   */
  readonly compressAbove?: number
  /** Where warnings and errors go. Default the console. */
  readonly logger?: Logger
}

export interface RedisConnectionOptions extends RedisSharedOptions {
  /** User of the access control list (Redis 6). */
  readonly username?: string
  readonly password?: string
  /** Number of the database; a Cluster has only 0, the default. */
  readonly db?: number
  /** `true`, or what `node:tls` is to be given: `ca`, `cert`, `key`, `servername`. Default false, true for `rediss:` URLs. */
  readonly tls?: boolean | ConnectionOptions
}

/** One server. */
export interface RedisUrlOptions extends RedisConnectionOptions {
  /** `redis://user:password@host:port/db`, `rediss://…` with TLS. */
  readonly url: string
}

/** The master that Sentinels agree on. */
export interface RedisSentinelOptions extends RedisConnectionOptions {
  /** `host:port` of each Sentinel. */
  readonly sentinels: readonly string[]
  /** What the Sentinels call the group of servers. */
  readonly name: string
  readonly sentinelUsername?: string
  readonly sentinelPassword?: string
}

export interface RedisClusterOptions extends RedisConnectionOptions {
  /** `host:port` of some nodes; the others are found by them. */
  readonly cluster: readonly string[]
}

export type RedisOptions = RedisUrlOptions | RedisSentinelOptions | RedisClusterOptions
