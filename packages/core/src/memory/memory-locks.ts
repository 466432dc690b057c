/** Leases within one process. */
import type { Clock } from '../ports/clock.ts'
import type { Lease, LockStore } from '../ports/lock.ts'

/** Below this many leases a sweep of the expired ones is not worth its while. */
const fewestToSweep = 1_024

interface Holding {
  readonly token: number
  expiresAt: number
}

/** Leases that their holders never gave up are forgotten after they expire. */
export class MemoryLocks implements LockStore {
  readonly #clock: Clock
  readonly #holdings = new Map<string, Holding>()
  #lastToken = 0
  #sweepAt = fewestToSweep

  constructor(clock: Clock) {
    this.#clock = clock
  }

  acquire(key: string, ttlMs: number): Lease | undefined {
    const now = this.#clock.now()
    if ((this.#holdings.get(key)?.expiresAt ?? 0) > now) return undefined
    if (this.#holdings.size >= this.#sweepAt) this.#sweep(now)
    const holding = { token: ++this.#lastToken, expiresAt: now + ttlMs }
    this.#holdings.set(key, holding)
    return {
      token: holding.token,
      renew: (renewedMs) => {
        if (!this.#holds(key, holding)) return false
        holding.expiresAt = this.#clock.now() + renewedMs
        return true
      },
      release: () => {
        if (this.#holdings.get(key) === holding) this.#holdings.delete(key)
      },
    }
  }

  clear(): void {
    this.#holdings.clear()
  }

  #holds(key: string, holding: Holding): boolean {
    return this.#holdings.get(key) === holding && holding.expiresAt > this.#clock.now()
  }

  #sweep(now: number): void {
    for (const [key, holding] of this.#holdings) if (holding.expiresAt <= now) this.#holdings.delete(key)
    this.#sweepAt = Math.max(fewestToSweep, this.#holdings.size * 2)
  }
}
