/** How many may run at once: what limiters of one process and of a whole fleet have in common. */
import type { Clock } from '../ports/clock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

/** The right to run, until it is given back. */
export interface Permit {
  /** Gives the permit back; calling it again does nothing. */
  release(): void
  [Symbol.dispose](): void
}

/** Of this process. */
export interface ConcurrencyStats {
  readonly running: number
  readonly waiting: number
  /** How often a permit was granted, at once or after a wait. */
  readonly granted: number
  /** How often one was refused: the queue was full, or the wait too long. */
  readonly refused: number
}

/**
 * Grants at most `max` permits at once; whoever comes then waits in a queue, first come first served, or is refused. On a
 * backend that processes share, all of them together run no more than `max`, and each has a queue of its own.
 */
export interface ConcurrencyLimiter {
  readonly name: string
  /** Whether the answer of `acquire` may take its time now. */
  readonly mustWait: boolean
  /**
   * A permit, at once when one is free here; undefined when the queue is full, the wait was too long, or `signal` aborted it.
   * Never rejects.
   * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for a signal that is none.
   */
  acquire(signal?: AbortSignal): MaybePromise<Permit | undefined>
  stats(): ConcurrencyStats
}

/** What every concurrency limiter is made of, checked. */
export interface ConcurrencySetup {
  readonly name: string
  readonly max: number
  readonly queue: number
  readonly timeoutMs: number
  readonly clock: Clock
}

export function permitOf(giveBack: () => void): Permit {
  let isHeld = true
  const release = (): void => {
    if (!isHeld) return
    isHeld = false
    giveBack()
  }
  return { release, [Symbol.dispose]: release }
}
