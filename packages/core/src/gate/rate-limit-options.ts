/** The options of the rate limiter, as users type them. */
import type { Duration } from '../kit/duration.ts'
import type { Backend } from '../ports/backend.ts'
import type { Logger } from '../ports/logger.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { AlgorithmName, DeniedDecision } from '../ports/rate-limit-store.ts'
import type { FieldFamily } from '../rate-limit/fields/field-family.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'

/** A value, or a (possibly asynchronous) function of the request. */
export type PerRequest<T, Args extends readonly unknown[]> = T | ((...args: Args) => MaybePromise<T>)

/** One of several quotas that are decided together: all are charged or none. */
export interface PolicyOptions<Args extends readonly unknown[] = readonly unknown[]> {
  /** Names the policy in fields, problem details and metrics; printable ASCII, unique in its limiter. */
  readonly name: string
  /** Units per window. 0 denies everything. */
  readonly limit: PerRequest<number, Args>
  readonly window: PerRequest<Duration, Args>
  /** Default: the limiter's `algorithm`. */
  readonly algorithm?: AlgorithmName
  /** Bucket size of `token-bucket` and `gcra`. Default `limit`. */
  readonly burst?: number
  /** Units that a request costs under this policy. Default: the limiter's `cost`. `settle` leaves such a policy alone. */
  readonly cost?: PerRequest<number, Args>
}

/** Slows a client down before it is denied: the n-th unit beyond `after` in the window waits n × `by`, at most `max`. */
export interface DelayOptions {
  /** Units in the window that go undelayed; below `limit`. */
  readonly after: number
  /** What each further unit waits more than the one before. */
  readonly by: Duration
  /** The longest wait. */
  readonly max: Duration
}

/** How a block grows: each is `factor` times longer than the one before, up to `max`, until `max` has passed without one. */
export interface EscalateOptions {
  /** At least 1. */
  readonly factor: number
  /** At least `block`. */
  readonly max: Duration
}

/** What a limiter is made of, request or not. */
interface LimiterOptions {
  /** How the quota is counted. Default `'sliding-window'`. */
  readonly algorithm?: AlgorithmName
  /** Bucket size of `token-bucket` and `gcra`. Default `limit`. */
  readonly burst?: number
  /** Keeps a key out for this long after a denial by its quota. */
  readonly block?: Duration
  /** Makes each block longer than the one before. Needs `block`. */
  readonly escalate?: EscalateOptions
  /** `'enforce'` (default), or `'shadow'`: decides and reports, sets no field, never delays or denies. */
  readonly mode?: 'enforce' | 'shadow'
  /**
   * What holds while the backend does not answer: `'local'` (default), this process limits by itself; `'open'`, requests
   * pass; `'closed'`, they are denied with 503 and `Retry-After`. A request whose option function failed cannot be
   * counted by anybody: `'open'` lets it pass, `'local'` and `'closed'` deny it with 503.
   */
  readonly onBackendError?: 'local' | 'open' | 'closed'
  /** The most that a decision waits for the backend, default 100 ms; then `onBackendError` applies. */
  readonly timeout?: Duration
  /** Where quotas are counted. Default: a memory backend of this limiter's own. */
  readonly backend?: Backend | undefined
  /** Labels fields, events and metrics. Default `'default'`. */
  readonly name?: string
  /** How many processes share the backend: by `'local'` each of them grants that part of the quota. Default 1. */
  readonly expectedNodes?: number
  /** Hears warnings and errors. Default: the console. */
  readonly logger?: Logger
  /**
   * Counters are identified by group, policy and key: the same group on one backend shares its counters. Default for a
   * middleware: the route when mounted on one, else the mount path; for `createRateLimiter`: `name`, else `'default'`.
   */
  readonly group?: string
}

/** Options of `createRateLimiter`: everything that needs no request. */
export interface RateLimiterOptions extends LimiterOptions {
  /** Units per window. 0 denies everything. */
  readonly limit?: number
  /** The window of `limit`. */
  readonly window?: Duration
  /** Units that a call costs unless it says so itself; default 1. */
  readonly cost?: number
  /** Several quotas, in place of `limit` and `window`. */
  readonly policies?: readonly StaticPolicyOptions[]
}

/** What `limiter.update` changes while the limiter runs. A list of policies replaces the whole list. */
export type RateLimiterChanges = Pick<RateLimiterOptions, 'limit' | 'window' | 'burst' | 'cost' | 'policies'>

/** A policy without functions. */
export interface StaticPolicyOptions {
  readonly name: string
  readonly limit: number
  readonly window: Duration
  readonly algorithm?: AlgorithmName
  readonly burst?: number
  readonly cost?: number
}

/** An address, a CIDR block, or anything else: an exact key. Or a predicate. */
export type RequestList<Args extends readonly unknown[]> =
  readonly string[] | ((...args: Args) => MaybePromise<boolean>)

/**
 * Options of `rateLimit`. `Args` are the framework's own objects that option functions are called with: `[req, res]` in
 * Express, `[request, reply]` in Fastify, `[ctx]` in Koa. When a function throws, rejects or returns what its row does
 * not accept, an `error` event says so and `onBackendError` tells what becomes of the request.
 */
export interface RateLimitOptions<
  Args extends readonly unknown[] = readonly unknown[],
> extends LimiterOptions {
  /** Units per window. 0 denies everything. */
  readonly limit?: PerRequest<number, Args>
  /** The window of `limit`. */
  readonly window?: PerRequest<Duration, Args>
  /** Several quotas, in place of `limit` and `window`, decided together: all are charged or none. */
  readonly policies?: readonly PolicyOptions<Args>[]
  /** Who is counted. Default: the client's address as the framework's trust-proxy setting resolves it. */
  readonly key?: (...args: Args) => MaybePromise<string | undefined>
  /** What a request is whose `key` is undefined: counted by `'address'` (default), apart from all keys; denied with 403; or not counted. */
  readonly missingKey?: 'address' | 'deny' | 'skip'
  /** How many leading bits of an IPv6 address make a client, 1 to 128. Default 56. */
  readonly ipv6Prefix?: number
  /** Units that a request costs; default 1, 0 only looks. */
  readonly cost?: PerRequest<number, Args>
  /** Called when the response is over: the units really used. The difference is charged or refunded in the window that was charged. */
  readonly settle?: (...args: Args) => MaybePromise<number>
  /** Which outcomes stay charged: `'all'` (default), `'failed'` or `'successful'`. A response that the client did not wait for has failed. */
  readonly count?: 'all' | 'failed' | 'successful'
  /** Whether a response that was sent whole succeeded. Default: its status is below 400. */
  readonly isSuccessful?: (...args: Args) => MaybePromise<boolean>
  /** Requests for which this is true are not counted. */
  readonly skip?: (...args: Args) => MaybePromise<boolean>
  /** Clients that are not counted: addresses, CIDR blocks and keys, or a predicate. Asked before `deny`. */
  readonly allow?: RequestList<Args>
  /** Clients that are answered 403: addresses, CIDR blocks and keys, or a predicate. */
  readonly deny?: RequestList<Args>
  /** Which response fields tell of the quota: one family or several, or `false` for none. Default `'legacy'`. */
  readonly headers?: FieldFamily | readonly FieldFamily[] | false
  /** Status of a denial by the quota. Default 429. */
  readonly status?: number
  /** Content of a denial by the quota: text, bytes, or a value for JSON; or a function of the request and the decision. Default: problem details. */
  readonly body?: DenialBody | ((...args: [...Args, DeniedDecision]) => MaybePromise<DenialBody>)
  /** Answers denied requests, of whatever reason, in place of the prepared response; with its status, unless it sets another. */
  readonly onDenied?: (...args: [...Args, DeniedDecision]) => unknown
  /** Slows clients down before denying them. */
  readonly delay?: DelayOptions
  /** A ready limiter that counts in its own group; excludes the options that a limiter is made of. */
  readonly limiter?: RateLimiter<RateLimiterChanges>
}

/** What a denial says: text, bytes, or a value that JSON can hold. */
export type DenialBody = string | Uint8Array | object
