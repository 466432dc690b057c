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
  /** The backend did not answer within `timeout`: a `backend-error`, too. */
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
  /** The backend did not answer within `timeout`: a `backend-error`, too. */
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

export interface DataCacheEvents {
  hit: DataUseEvent
  miss: DataUseEvent
  /** A stale value answered. */
  stale: DataUseEvent
  stored: DataStoredEvent
  /** A value that was not stored; `reason` is a stable code. */
  refused: DataRefusedEvent
  invalidated: InvalidatedEvent
  /** A loader, an option function or a listener failed, or a stored value or a message on the bus was unreadable. */
  error: ErrorEvent
  'backend-error': BackendErrorEvent
  'backend-recovered': Origin
  /** A loader outlasted `softTimeout`, or the backend did not answer within `timeout`: a `backend-error`, too. */
  slow: SlowEvent
}

export interface DataUseEvent extends Origin {
  readonly key: string
}

export interface DataStoredEvent extends DataUseEvent {
  readonly bytes: number
  readonly ttlMs: number
}

export interface DataRefusedEvent extends DataUseEvent {
  /** `ttl`: its time to live is 0. `outrun`: something newer is there, or it was invalidated meanwhile, or the backend has no room. `backend`: no answer. */
  readonly reason: 'ttl' | 'outrun' | 'backend'
}

export interface InvalidatedEvent extends Origin {
  /** What was invalidated, in the words of the call: `tag product:42`, `route GET /products/:id`, `key 42`, `all`. */
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

/** Something took longer than its time limit allows. */
export interface SlowEvent extends Origin {
  /** `loader`, or what was asked of the backend. */
  readonly operation: string
  /** The limit: how long it was waited for. */
  readonly durationMs: number
}
