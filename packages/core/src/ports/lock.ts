/** Leases: a bounded number of holders per key, mostly one, each for a limited time. */
import type { MaybePromise } from './maybe-promise.ts'

export interface LockStore {
  /** Takes a lease on `key` for `ttlMs`; undefined when `most` (default 1) are held already. One key always goes with one `most`. */
  acquire(key: string, ttlMs: number, most?: number): MaybePromise<Lease | undefined>
}

export interface Lease {
  /** Fencing token: greater than that of every earlier holder of the same key. */
  readonly token: number
  /**
   * For at least so many ms before it was granted, nobody held the lock: whatever its holders have left elsewhere, who
   * looked within that time has seen. Undefined where the store does not know.
   */
  readonly freeForMs?: number
  /** Prolongs the lease to `ttlMs` from now; false when it was lost meanwhile. */
  renew(ttlMs: number): MaybePromise<boolean>
  /** Gives the lease up; does nothing when it was lost meanwhile: a newer holder's lease is never touched. */
  release(): MaybePromise<void>
}
