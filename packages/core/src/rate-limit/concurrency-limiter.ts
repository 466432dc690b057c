/** How many may run at once, and who is next. */
import type { Clock, Undo } from '../ports/clock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

/** The right to run, until it is given back. */
export interface Permit {
  /** Gives the permit back; calling it again does nothing. */
  release(): void
  [Symbol.dispose](): void
}

export interface ConcurrencyStats {
  readonly running: number
  readonly waiting: number
  /** How often a permit was granted, at once or after a wait. */
  readonly granted: number
  /** How often one was refused: the queue was full, or the wait too long. */
  readonly refused: number
}

/** Everything that a concurrency limiter is made of, checked. */
export interface ConcurrencySetup {
  readonly name: string
  readonly max: number
  readonly queue: number
  readonly timeoutMs: number
  readonly clock: Clock
}

interface Waiting {
  readonly settle: (permit: Permit | undefined) => void
  readonly stopTimer: Undo
  previous: Waiting | undefined
  next: Waiting | undefined
}

/**
 * Grants at most `max` permits at once; whoever comes then waits in a queue, first come first served, or is refused.
 * Every operation takes constant time.
 */
export class ConcurrencyLimiter {
  readonly name: string
  readonly #setup: ConcurrencySetup
  #running = 0
  #waiting = 0
  #granted = 0
  #refused = 0
  #first: Waiting | undefined
  #last: Waiting | undefined

  constructor(setup: ConcurrencySetup) {
    this.name = setup.name
    this.#setup = setup
  }

  /** Whether `acquire` would wait now: no permit is free, but a place in the queue is. */
  get mustWait(): boolean {
    return this.#running >= this.#setup.max && this.#waiting < this.#setup.queue
  }

  /**
   * A permit, at once when one is free; undefined when the queue is full, the wait was too long, or `signal` aborted it.
   * Never rejects.
   */
  acquire(signal?: AbortSignal): MaybePromise<Permit | undefined> {
    if (signal?.aborted === true) return undefined
    if (this.#running < this.#setup.max) return this.#grant()
    if (this.#waiting >= this.#setup.queue) {
      this.#refused++
      return undefined
    }
    return new Promise((resolve) => this.#enqueue(resolve, signal))
  }

  stats(): ConcurrencyStats {
    return {
      running: this.#running,
      waiting: this.#waiting,
      granted: this.#granted,
      refused: this.#refused,
    }
  }

  #enqueue(resolve: (permit: Permit | undefined) => void, signal: AbortSignal | undefined): void {
    const abandon = (): void => {
      this.#leave(waiting)
      waiting.settle(undefined)
    }
    const waiting: Waiting = {
      settle: (permit) => {
        signal?.removeEventListener('abort', abandon)
        waiting.stopTimer()
        resolve(permit)
      },
      stopTimer: this.#setup.clock.schedule(this.#setup.timeoutMs, () => {
        this.#refused++
        abandon()
      }),
      previous: this.#last,
      next: undefined,
    }
    if (this.#last === undefined) this.#first = waiting
    else this.#last.next = waiting
    this.#last = waiting
    this.#waiting++
    signal?.addEventListener('abort', abandon, { once: true })
  }

  #leave(waiting: Waiting): void {
    if (waiting.previous === undefined) this.#first = waiting.next
    else waiting.previous.next = waiting.next
    if (waiting.next === undefined) this.#last = waiting.previous
    else waiting.next.previous = waiting.previous
    this.#waiting--
  }

  #grant(): Permit {
    this.#running++
    this.#granted++
    let held = true
    const release = (): void => {
      if (!held) return
      held = false
      this.#running--
      this.#callNext()
    }
    return { release, [Symbol.dispose]: release }
  }

  #callNext(): void {
    const next = this.#first
    if (next === undefined) return
    this.#leave(next)
    next.settle(this.#grant())
  }
}
