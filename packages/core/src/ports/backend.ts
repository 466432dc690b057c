/** One object that serves limiters, caches, sessions, locks and the invalidation bus. */
import type { Bus } from './bus.ts'
import type { CacheStore } from './cache-store.ts'
import type { Clock } from './clock.ts'
import type { Journal } from './journal.ts'
import type { LockStore } from './lock.ts'
import type { RateLimitStore } from './rate-limit-store.ts'

export interface Backend {
  /** What it is, for logs and metrics: `memory`, `redis`, `disk`, `tiered`. */
  readonly kind: string
  /** Whether other processes see the same state: only then are fleet-wide leases and the bus worth a round trip. */
  readonly shared: boolean
  readonly clock: Clock
  readonly limits: RateLimitStore
  readonly entries: CacheStore
  readonly locks: LockStore
  readonly bus: Bus
  /** Only where something outlives the process: what it accepted survives a crash. */
  readonly journal?: Journal
  health(): Promise<Health>
  /**
   * Lets go of everything; nothing keeps the process alive afterwards. Calling it again does nothing. What cannot be
   * answered any more then fails with an error whose `code` is `FOREBAY_CLOSED`.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Health {
  readonly ok: boolean
  readonly latencyMs: number
  /** In plain words, for a person. */
  readonly detail: string
}
