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
  /** Whose clock measures the wait. Permits are counted in this process: a backend that processes share is refused. */
  readonly backend?: Backend
  /** Labels problem details and metrics. Default `'concurrency'`. */
  readonly name?: string
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
  /** Hears warnings and errors. Default: the console. */
  readonly logger?: Logger
  /** A ready limiter, to share its permits between several mounts; excludes the options that it is made of. */
  readonly limiter?: ConcurrencyLimiter
}
