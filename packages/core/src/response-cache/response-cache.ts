/** The response cache as the app holds it: invalidating, counting, explaining. */
import type { InvalidateOptions } from '../engine/invalidate-options.ts'
import type { CircuitState } from '../guard/circuit.ts'
import type { Listenable } from '../kit/emitter.ts'
import type { CacheEvents } from '../ports/events.ts'

export interface ResponseCacheStats {
  readonly hits: number
  readonly misses: number
  readonly stale: number
  readonly stored: number
  readonly refused: number
  /** Requests answered by another request's run of the handler. */
  readonly collapsed: number
  /** Background refreshes begun. */
  readonly refreshes: number
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
  /** Share of hits, stale ones included, among hits and misses; 0 before the first request. */
  readonly hitRatio: number
  /** `closed` while the backend works, `open` while it is done without, `half-open` while one call tries whether it is back. */
  readonly backend: CircuitState
}

/** One judgement, in a form to test for and a form to read. */
export interface Verdict {
  /** Stable. */
  readonly code: string
  /** A sentence for a person. */
  readonly words: string
  /** The section it follows from, such as `RFC 9111 §3`; undefined where it is forebay's own rule. */
  readonly rfc: string | undefined
}

export interface ExplainRequest {
  /** Default GET. */
  readonly method?: string
  /** An absolute URL, or a path with its query: on `headers.host`, else on the hosts that were asked for lately. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Explanation extends Verdict {
  /** Whether the request would be answered from the cache. */
  readonly served: boolean
  /** What became of the last response that could have been stored under this key, when that is remembered. */
  readonly lastResponse: (Verdict & { readonly stored: boolean }) | undefined
}

/**
 * A cache of whole responses, shared by every mount that is given it. Invalidating rejects when the backend did not
 * confirm it; it holds in this process even so, and is given to the backend as soon as that answers again. Nothing else
 * here rejects.
 */
export interface ResponseCache extends Listenable<CacheEvents> {
  readonly name: string
  /** Everything that carries one of the tags. */
  invalidateTags(...tags: string[] | [...string[], InvalidateOptions]): Promise<void>
  /** Everything that the route produced: `GET /products/:id`. */
  invalidateRoute(route: string, options?: InvalidateOptions): Promise<void>
  /** Every variant of one URL: a path with or without query (on every host), or an absolute URL. */
  invalidateUrl(url: string, options?: InvalidateOptions): Promise<void>
  /** Everything whose path starts with `prefix`. */
  invalidatePrefix(prefix: string, options?: InvalidateOptions): Promise<void>
  clear(options?: InvalidateOptions): Promise<void>
  stats(): ResponseCacheStats
  /** Why the request would, or would not, be answered from the cache, and what became of its last response. */
  explain(request: ExplainRequest): Promise<Explanation>
  /** Ends background refreshes and lets go of a backend that this cache made itself. Calling it again does nothing. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
