/** The server's time as this process sees it: all nodes on one Redis agree on it, whatever their own clocks say. */
import type { Clock, Undo } from '@forebay/core'

/** From this difference on, the server's clock was set or another server answers: the new time holds at once, also backwards. */
const stepMs = 10_000

/**
 * The local time, until the server was heard for the first time. From then on it never runs backwards, unless the server's
 * clock does by 10 s and more.
 */
export class RedisClock implements Clock {
  readonly local: Clock
  /** What is added to local time. */
  #offsetMs = 0
  /** The offset was right within this when it was measured: half a round trip. */
  #errorMs = Infinity
  #measuredAt = -Infinity
  #latest = -Infinity

  constructor(local: Clock) {
    this.local = local
  }

  now(): number {
    const now = this.local.now() + this.#offsetMs
    if (now > this.#latest) this.#latest = now
    return this.#latest
  }

  /** On this host's clock, like the `Date` of its responses. */
  toWall(instant: number): number {
    return this.local.toWall(instant - this.#offsetMs)
  }

  /** When, on the local clock, the server's time was last learnt; -Infinity before the first time. */
  get measuredAt(): number {
    return this.#measuredAt
  }

  schedule(delayMs: number, task: () => void): Undo {
    return this.local.schedule(delayMs, task)
  }

  /** Takes note that the server said `instant` (whole ms, rounded down) between these two local instants. */
  learn(instant: number, sentAt: number, receivedAt: number): void {
    const errorMs = (receivedAt - sentAt) / 2
    const offsetMs = instant + 0.5 - (sentAt + receivedAt) / 2
    const driftMs = Math.abs(offsetMs - this.#offsetMs)
    // The known offset is trusted less the older it is. It stays only where it is the sharper one and both can be true.
    const allowedMs = this.#errorMs + (receivedAt - this.#measuredAt) / driftPerMs
    if (errorMs > allowedMs && driftMs <= errorMs + allowedMs + 1) return
    if (driftMs >= stepMs || this.#measuredAt === -Infinity) this.#latest = -Infinity
    this.#offsetMs = offsetMs
    this.#errorMs = errorMs
    this.#measuredAt = receivedAt
  }
}

/** Two clocks part by at most one part in this many. */
const driftPerMs = 2_000
