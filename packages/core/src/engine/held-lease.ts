/** A lease that is renewed for as long as its holder lives. */
import { withDeadline } from '../guard/deadline.ts'
import { isPromise } from '../kit/promise.ts'
import type { Clock, Undo } from '../ports/clock.ts'
import type { Lease } from '../ports/lock.ts'

export interface HeldLeaseOptions {
  readonly clock: Clock
  readonly ttlMs: number
  /** The most that giving it up may take. */
  readonly timeoutMs: number
}

export class HeldLease {
  readonly #lease: Lease
  readonly #options: HeldLeaseOptions
  #stop: Undo

  constructor(lease: Lease, options: HeldLeaseOptions) {
    this.#lease = lease
    this.#options = options
    this.#stop = this.#scheduled()
  }

  /** Resolves when it is given up, as far as that can be told. Never rejects: what was not given up ends by itself. */
  async release(): Promise<void> {
    this.#stop()
    const { clock, timeoutMs } = this.#options
    try {
      const released = this.#lease.release()
      if (isPromise(released)) await withDeadline(released, timeoutMs, clock)
    } catch {
      // Its time is bounded for just this.
    }
  }

  /** Twice more before it would be over: one answer may be lost. */
  #scheduled(): Undo {
    const { clock, ttlMs } = this.#options
    return clock.schedule(ttlMs / 3, () => this.#renew())
  }

  #renew(): void {
    // Scheduled first: an answer that never comes must not be the end of it.
    this.#stop = this.#scheduled()
    const heard = (isHeld: boolean): void => {
      if (!isHeld) this.#stop()
    }
    try {
      const renewed = this.#lease.renew(this.#options.ttlMs)
      if (isPromise(renewed)) renewed.then(heard, () => {})
      else heard(renewed)
    } catch {
      // The next attempt comes before the lease is over.
    }
  }
}
