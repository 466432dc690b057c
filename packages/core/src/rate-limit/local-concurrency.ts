/** Permits that are counted in this process: everything that can be answered is answered at once. */
import type { MaybePromise } from '../ports/maybe-promise.ts'
import {
  permitOf,
  type ConcurrencyLimiter,
  type ConcurrencySetup,
  type ConcurrencyStats,
  type Permit,
} from './concurrency-limiter.ts'
import { checkSignal } from './limiter-arguments.ts'
import { WaitingLine } from './waiting-line.ts'

export class LocalConcurrency implements ConcurrencyLimiter {
  readonly name: string
  readonly #setup: ConcurrencySetup
  readonly #line: WaitingLine
  #running = 0
  #granted = 0
  #refused = 0

  constructor(setup: ConcurrencySetup) {
    this.name = setup.name
    this.#setup = setup
    this.#line = new WaitingLine({ ...setup, timedOut: () => this.#refused++ })
  }

  get mustWait(): boolean {
    return this.#running >= this.#setup.max && this.#line.size < this.#setup.queue
  }

  acquire(signal?: AbortSignal): MaybePromise<Permit | undefined> {
    checkSignal(signal)
    if (signal?.aborted === true) return undefined
    if (this.#running < this.#setup.max) return this.#grant()
    if (this.#line.size < this.#setup.queue) return this.#line.join(signal)
    this.#refused++
    return undefined
  }

  stats(): ConcurrencyStats {
    return {
      running: this.#running,
      waiting: this.#line.size,
      granted: this.#granted,
      refused: this.#refused,
    }
  }

  #grant(): Permit {
    this.#running++
    this.#granted++
    return permitOf(() => {
      this.#running--
      this.#line.shift()?.(this.#grant())
    })
  }
}
