/** The server's time as this process sees it: all nodes on one Redis agree on it, whatever their own clocks say. */
import type { Clock, Undo } from '@forebay/core'

/** A step of the server's own clock, or another server: followed at once, backwards too. */
const stepMs = 10_000

/**
 * Until the server was heard for the first time, it is the local time. From then on it never runs backwards, unless the
 * server's does by 10 s and more.
 */
export class RedisClock implements Clock {
  readonly local: Clock
  /** What is added to local time. */
  #offsetMs = 0
  /** Half of the uncertainty of the offset when it was measured. */
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

  /** The server said `instant` (whole ms, rounded down) between these two local instants. */
  learn(instant: number, sentAt: number, receivedAt: number): void {
    const errorMs = (receivedAt - sentAt) / 2
    const offsetMs = instant + 0.5 - (sentAt + receivedAt) / 2
    const driftMs = Math.abs(offsetMs - this.#offsetMs)
    // A sharper measurement counts, an old one less and less, and one that cannot be true any more not at all.
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
