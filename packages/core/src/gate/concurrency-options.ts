/** The options of the concurrency limiter, as users type them. */
import type { Duration } from '../kit/duration.ts'
import type { Backend } from '../ports/backend.ts'
import type { Logger } from '../ports/logger.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { ConcurrencyLimiter } from '../rate-limit/concurrency-limiter.ts'

/** Options of `createConcurrencyLimiter`. */
export interface ConcurrencyLimiterOptions {
  /** How many may run at once; at least 1. */
  readonly max: number
  /** How many may wait for their turn, first come first served. Default 0: what cannot run at once is refused. */
  readonly queue?: number
  /** The longest that one waits in the queue. Default 5 s. Needs `queue`. */
  readonly timeout?: Duration
  /**
   * Where permits are counted. On one that processes share, all of them together run no more than `max`; while it does not
   * answer, each process counts alone. Default: this process.
   */
  readonly backend?: Backend | undefined
  /**
   * Labels problem details and metrics. On a backend that processes share, limiters of one name and `max` share their permits,
   * in one process too; those without a name are told apart by the order in which they are made. Default `'concurrency'`.
   */
  readonly name?: string
  /** Hears when the backend fails and when it is back. Default: the console. */
  readonly logger?: Logger
}

/** Options of `concurrencyLimit`. `Args` are the framework's own objects, as for `rateLimit`. */
export interface ConcurrencyLimitOptions<Args extends readonly unknown[] = readonly unknown[]> extends Omit<
  ConcurrencyLimiterOptions,
  'max'
> {
  /** How many may run at once; at least 1. Required unless `limiter` is given. */
  readonly max?: number
  /** Requests for which this is true need no permit. One that fails is logged, and the request needs a permit. */
  readonly skip?: (...args: Args) => MaybePromise<boolean>
  /** A ready limiter, to share its permits between several mounts; excludes the options that it is made of. */
  readonly limiter?: ConcurrencyLimiter
}
