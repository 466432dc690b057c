/** What limiters, caches and backends tell whoever listens. */
import type { Decision, DeniedDecision } from './rate-limit-store.ts'

/** Which limiter or cache an event comes from. */
interface Origin {
  readonly name: string
}

export interface LimiterEvents {
  decision: Decision
  denied: DeniedDecision
  error: ErrorEvent
  'backend-error': BackendErrorEvent
  'backend-recovered': Origin
  slow: SlowEvent
}

export interface CacheEvents {
  hit: CacheUseEvent
  miss: CacheUseEvent
  stale: CacheUseEvent
  stored: CacheStoredEvent
  /** A response that was not stored; `reason` is a stable code. */
  refused: CacheRefusedEvent
  invalidated: InvalidatedEvent
  error: ErrorEvent
  'backend-error': BackendErrorEvent
  'backend-recovered': Origin
  slow: SlowEvent
}

export interface CacheUseEvent extends Origin {
  readonly key: string
  readonly route: string
}

export interface CacheStoredEvent extends CacheUseEvent {
  readonly status: number
  readonly bytes: number
  readonly ttlMs: number
}

export interface CacheRefusedEvent extends CacheUseEvent {
  readonly status: number
  readonly reason: string
}

export interface InvalidatedEvent extends Origin {
  /** What was invalidated, in the words of the call: `tag product:42`, `route GET /products/:id`, `all`. */
  readonly targets: readonly string[]
  readonly soft: boolean
}

/** A user's function threw or returned nonsense, or a listener failed. */
export interface ErrorEvent extends Origin {
  /** The option or step that failed: `key`, `cost`, `onDenied`, `ttl`. */
  readonly operation: string
  readonly error: unknown
}

export interface BackendErrorEvent extends Origin {
  readonly operation: string
  readonly error: unknown
}

export interface SlowEvent extends Origin {
  readonly operation: string
  readonly durationMs: number
}
