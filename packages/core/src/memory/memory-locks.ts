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
  /** By key, the oldest first. */
  readonly #holdings = new Map<string, readonly Holding[]>()
  #lastToken = 0
  #sweepAt = fewestToSweep

  constructor(clock: Clock) {
    this.#clock = clock
  }

  acquire(key: string, ttlMs: number, most: number = 1): Lease | undefined {
    const now = this.#clock.now()
    const held = this.#held(key, now)
    if (held.length >= most) return undefined
    if (this.#holdings.size >= this.#sweepAt) this.#sweep(now)
    const holding = { token: ++this.#lastToken, expiresAt: now + ttlMs }
    this.#holdings.set(key, [...held, holding])
    return {
      token: holding.token,
      renew: (renewedMs) => {
        const renewedAt = this.#clock.now()
        if (!this.#held(key, renewedAt).includes(holding)) return false
        holding.expiresAt = renewedAt + renewedMs
        return true
      },
      release: () => {
        const others = this.#held(key, this.#clock.now()).filter((other) => other !== holding)
        if (others.length === 0) this.#holdings.delete(key)
        else this.#holdings.set(key, others)
      },
    }
  }

  clear(): void {
    this.#holdings.clear()
  }

  #held(key: string, now: number): readonly Holding[] {
    const held = this.#holdings.get(key)
    return held === undefined ? [] : held.filter(({ expiresAt }) => expiresAt > now)
  }

  #sweep(now: number): void {
    for (const key of this.#holdings.keys()) if (this.#held(key, now).length === 0) this.#holdings.delete(key)
    this.#sweepAt = Math.max(fewestToSweep, this.#holdings.size * 2)
  }
}
