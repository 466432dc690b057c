/** The options of the data cache, as users type them. */
import type { Loader, LoadOptions } from '../data-cache/data-cache.ts'
import type { Duration } from '../kit/duration.ts'
import type { Backend } from '../ports/backend.ts'
import type { Codec } from '../ports/codec.ts'
import type { Logger } from '../ports/logger.ts'

/** The codecs that are always there, by name. */
export type CodecName = 'json' | 'msgpack' | 'structured'

/**
 * Options of `createCache`. Those that a call may set too (`ttl`, `tags`, `staleWhileRevalidate` and so on) hold for every
 * call that says nothing else.
 */
export interface CreateCacheOptions<T = unknown> extends LoadOptions<T> {
  /** This cache's part of the backend: caches of one namespace share their entries, and `clear` touches no other. Default `'default'`. */
  readonly namespace?: string
  /** Read-through: `get` and `getMany` load what is not there. */
  readonly loader?: Loader<T | null | undefined, T>
  /** Whether a use gives a value its whole life anew, as soon as a tenth of it is over. Default false. */
  readonly sliding?: boolean
  /** An entry of another version is a miss: to be changed with the shape of the values. Default `''`. */
  readonly version?: string
  /** What values become where they leave this process, and what they may be. Default `'json'`. */
  readonly codec?: CodecName | Codec<T>
  /**
   * Whether everybody is given one and the same frozen value instead of a copy: faster for large values, for those who
   * never change what they get. For `json` only. Default false.
   */
  readonly freeze?: boolean
  /** The most that a use waits for the backend, default 100 ms; then it is a miss. */
  readonly timeout?: Duration
  /** Where values are stored. Default: a memory backend of this cache's own. */
  readonly backend?: Backend | undefined
  /** Labels events and metrics. Default: the namespace. */
  readonly name?: string
  /** Hears warnings and errors. Default: the console. */
  readonly logger?: Logger
}
