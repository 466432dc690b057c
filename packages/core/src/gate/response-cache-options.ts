/** The options of the response cache, as users type them. */
import type { Duration } from '../kit/duration.ts'
import type { Backend } from '../ports/backend.ts'
import type { Logger } from '../ports/logger.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { ResponseCache } from '../response-cache/response-cache.ts'

/** What makes two requests the same, besides method (HEAD as GET), scheme, host and path. */
export interface CacheKeyParts {
  /** Query parameters: all (default), none, only these, or all but `ignore`. */
  readonly query?: boolean | readonly string[] | { readonly ignore: readonly string[] }
  /** Request fields whose values are part of the key. */
  readonly headers?: readonly string[]
  /** Cookies whose values are part of the key. */
  readonly cookies?: readonly string[]
}

/**
 * Options of `responseCache` and `createResponseCache`. `Args` are the framework's own objects that option functions
 * are called with: `[req, res]` in Express, `[request, reply]` in Fastify, `[ctx]` in Koa. A function that throws, or
 * returns what its row does not accept, means that this request bypasses the cache; an `error` event says so.
 */
export interface ResponseCacheOptions<Args extends readonly unknown[] = readonly unknown[]> {
  /**
   * Freshness of a response that states none itself, as a value or a function of request and response, called when the
   * response starts; `undefined` counts as 0. What the handler says in `Cache-Control` always wins. Default 0.
   */
  readonly ttl?: Duration | ((...args: Args) => Duration | undefined)
  /** The same for 404, 405, 410, 414 and 501. Default: the smaller of `ttl` and 60 s. */
  readonly negativeTtl?: Duration | ((...args: Args) => Duration | undefined)
  /** For how long after it became stale a response that states no such window still answers while it is refreshed. Default 0. */
  readonly staleWhileRevalidate?: Duration
  /** For how long after it became stale a response that states no such window answers when the handler fails. Default 0; 1 day in `rfc`. */
  readonly staleIfError?: Duration
  /**
   * What makes two requests the same: parts, or a function of the request, whose text is kept apart from that of other
   * routes and mounts. `undefined` from the function bypasses the cache.
   */
  readonly key?: CacheKeyParts | ((...args: Args) => MaybePromise<string | undefined>)
  /** A separate cache per user or tenant, in which authenticated, cookie-bearing and `private` responses are storable; `undefined`: the shared one. */
  readonly partition?: (...args: Args) => MaybePromise<string | undefined>
  /** How requests with a `Cookie` field are treated: `'guard'` as authorized ones, `'ignore'` as any other. Default by preset. */
  readonly cookies?: 'guard' | 'ignore'
  /** Labels for `invalidateTags`, beside those that the response names in `Cache-Tag`, `Surrogate-Key` and `Cache-Groups`. */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[])
  /** Requests for which this returns true bypass the cache. */
  readonly skip?: (...args: Args) => MaybePromise<boolean>
  /** The last word on storing a response that the rules allow to be stored. */
  readonly store?: (...args: Args) => boolean
  /** Responses with a larger body stream to the client untouched and are not stored. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** `'safe'` (default) or `'rfc'`: the defaults of `cookies`, `requestDirectives`, `setCookie`, `targets`, heuristic freshness and stale on error. */
  readonly preset?: 'safe' | 'rfc'
  /** Whether the client's `Cache-Control` and `Pragma` are honoured. Default by preset. */
  readonly requestDirectives?: 'ignore' | 'honor'
  /** Whether a response whose handler sets a cookie is refused or stored, cookie included. Default by preset. */
  readonly setCookie?: 'refuse' | 'store'
  /** Targeted fields (RFC 9213) honoured before `Cache-Control`; the first valid one wins. Default by preset. */
  readonly targets?: readonly string[]
  /** Whether concurrent misses on a key wait for the first one's response. Default true. */
  readonly coalesce?: boolean
  /** The longest that other processes on a shared backend wait for a dead holder of a key. Default 10 s. */
  readonly lease?: Duration
  /** β of XFetch: how eagerly a response is refreshed before it is stale; 0 switches it off. Default 1, with a TTL of at least 1 s. */
  readonly earlyRefresh?: number
  /** Spread of `ttl`, from 0 to 1: never longer than `ttl`, never applied to what a response states itself. Default 0.1. */
  readonly jitter?: number
  /** Our name in the `Cache-Status` field (RFC 9211), default `'forebay'`; `false` for none. */
  readonly cacheStatus?: string | false
  /** The most that a request waits for the backend, default 100 ms; then it is a miss. */
  readonly timeout?: Duration
  /** Where responses are stored. Default: a memory backend of this cache's own. */
  readonly backend?: Backend | undefined
  /** Labels events and metrics, and names this cache's part of the backend: caches of one name share their entries. Default `'default'`. */
  readonly name?: string
  /** Hears warnings and errors. Default: the console. */
  readonly logger?: Logger
  /** A ready cache that several mounts share; this mount's other options override those it was made with. Excludes `backend`, `name`, `logger`. */
  readonly cache?: ResponseCache
}
