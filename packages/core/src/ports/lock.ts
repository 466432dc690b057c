/** Leases: at most one holder per key for a limited time. */
import type { MaybePromise } from './maybe-promise.ts'

export interface LockStore {
  /** Takes the lease on `key` for `ttlMs`; undefined when somebody else holds it. */
  acquire(key: string, ttlMs: number): MaybePromise<Lease | undefined>
}

export interface Lease {
  /** Fencing token: greater than that of every earlier holder of the same key. */
  readonly token: number
  /** Prolongs the lease to `ttlMs` from now; false when it was lost meanwhile. */
  renew(ttlMs: number): MaybePromise<boolean>
  /** Gives the lease up; does nothing when it was lost meanwhile: a newer holder's lease is never touched. */
  release(): MaybePromise<void>
}
