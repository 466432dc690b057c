/** The options of write-behind, as users type them. */
import type { FlushContext } from '../data-cache/write-behind/flush-context.ts'
import type { Duration } from '../kit/duration.ts'
import type { Logger } from '../ports/logger.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

export interface WriteBehindOptions<T> {
  /**
   * Writes entries to the source, each key at most once. What it resolves with does not matter; when it throws or rejects,
   * all of them are tried again. It may be called again with entries that it has written already.
   */
  readonly flush: (entries: [key: string, value: T][], context: FlushContext) => unknown
  /** The longest that an accepted write waits for others before it is flushed. Default 1 s. */
  readonly interval?: Duration
  /** Entries per flush; that many waiting are flushed at once. Default 100. */
  readonly maxBatch?: number
  /** Accepted writes that may wait, in a journal those of all processes; then `write` waits. Default 10,000. */
  readonly maxPending?: number
  /** Failed attempts after the first before entries are given up. Default 5 with `onDeadLetter`; without it, nothing is given up. */
  readonly retries?: number
  /** The wait before the first retry, doubled by every further one, and the longest. Default 100 ms and 30 s. */
  readonly retryDelay?: Duration
  readonly maxRetryDelay?: Duration
  /**
   * Takes what was given up: all retries failed, it cannot be read (its values are the bytes then), or `close` found no time
   * for it. When it throws or rejects, the entries are kept and tried again.
   */
  readonly onDeadLetter?: (entries: [key: string, value: T][], error: Error) => MaybePromise<void>
  /** The longest that one flush may take. Default 30 s. */
  readonly flushTimeout?: Duration
  /** The longest that a write waits for room. Default 30 s. */
  readonly writeTimeout?: Duration
  /** The longest that `close` goes on trying. Default 10 s. */
  readonly closeTimeout?: Duration
  /** How long others wait for a process that died while it flushed. Default 10 s. For backends with a journal. */
  readonly lease?: Duration
  /**
   * Tells this queue from others of the same cache: on one backend, all processes that give the same name, for caches of the
   * same namespace, flush one queue. It also labels log lines. Default: the cache's namespace.
   */
  readonly name?: string
  /** Hears warnings and errors. Default: the console. */
  readonly logger?: Logger
}
