/** Who waits for a permit: first come first served, each for a limited time. Every operation takes constant time. */
import type { Clock, Undo } from '../ports/clock.ts'
import type { Permit } from './concurrency-limiter.ts'

/** Called once, with what became of the wait. */
export type Settle = (permit: Permit | undefined) => void

interface Waiting {
  readonly settle: Settle
  previous: Waiting | undefined
  next: Waiting | undefined
}

export interface WaitingLineOptions {
  readonly clock: Clock
  readonly timeoutMs: number
  /** Told of each whose wait was too long. */
  readonly timedOut: () => void
}

export class WaitingLine {
  readonly #options: WaitingLineOptions
  #size = 0
  #first: Waiting | undefined
  #last: Waiting | undefined

  constructor(options: WaitingLineOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#size
  }

  /** Resolves when its turn has come, and with undefined when it gave up. */
  join(signal: AbortSignal | undefined): Promise<Permit | undefined> {
    return new Promise((resolve) => this.#enqueue(resolve, signal))
  }

  /** Takes the first out of the line; the caller settles it. */
  shift(): Settle | undefined {
    const first = this.#first
    if (first === undefined) return undefined
    this.#leave(first)
    return first.settle
  }

  /** The same of the last. */
  pop(): Settle | undefined {
    const last = this.#last
    if (last === undefined) return undefined
    this.#leave(last)
    return last.settle
  }

  #enqueue(resolve: Settle, signal: AbortSignal | undefined): void {
    const { clock, timeoutMs, timedOut } = this.#options
    const abandon = (): void => {
      this.#leave(waiting)
      waiting.settle(undefined)
    }
    const stopTimer: Undo = clock.schedule(timeoutMs, () => {
      timedOut()
      abandon()
    })
    const waiting: Waiting = {
      settle: (permit) => {
        signal?.removeEventListener('abort', abandon)
        stopTimer()
        resolve(permit)
      },
      previous: this.#last,
      next: undefined,
    }
    if (this.#last === undefined) this.#first = waiting
    else this.#last.next = waiting
    this.#last = waiting
    this.#size++
    signal?.addEventListener('abort', abandon, { once: true })
  }

  #leave(waiting: Waiting): void {
    if (waiting.previous === undefined) this.#first = waiting.next
    else waiting.previous.next = waiting.next
    if (waiting.next === undefined) this.#last = waiting.previous
    else waiting.next.previous = waiting.previous
    this.#size--
  }
}
