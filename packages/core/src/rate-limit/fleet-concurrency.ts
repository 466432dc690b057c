/** Permits that all processes on a shared backend count together: each is a lease, which ends by itself with its process. */
import type { Backend } from '../ports/backend.ts'
import type { BackendUser } from '../guard/outage.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import {
  permitOf,
  type ConcurrencyLimiter,
  type ConcurrencySetup,
  type ConcurrencyStats,
  type Permit,
} from './concurrency-limiter.ts'
import { FleetNews } from './fleet-news.ts'
import { PermitLeases, type Holding } from './permit-leases.ts'
import { checkSignal } from './limiter-arguments.ts'
import { WaitingLine } from './waiting-line.ts'

export interface FleetConcurrencySetup extends ConcurrencySetup {
  readonly backend: Backend
  /** What all processes call it. */
  readonly key: string
  readonly user: BackendUser
}

/** How long a permit is left to others that wait for it, before it is asked for again here. */
const courtesyMs = 25

/** How often those who wait ask without being told: permits of processes that died are free silently, and the bus may fail. */
const pollMs = 1_000

/**
 * Never more than `max` here; in the fleet neither, as long as the backend answers. While it does not, this process counts
 * alone, and nobody waits for the backend.
 */
export class FleetConcurrency implements ConcurrencyLimiter {
  readonly name: string
  /** The backend is asked. */
  readonly mustWait = true
  readonly #setup: FleetConcurrencySetup
  readonly #line: WaitingLine
  readonly #leases: PermitLeases
  readonly #news: FleetNews
  #running = 0
  #granted = 0
  #refused = 0
  /** How many questions are under way, and may be: one after a refusal, and twice as many after each permit that is granted. */
  #asking = 0
  #mostAsking = Infinity
  /** No permit was free, and nothing suggests that one is now. */
  #isFull = false
  /** Counts what suggests that one is: a refusal of a question that left before the latest hint says nothing. */
  #hints = 0
  #isPolling = false
  #wasHandedOn = false

  constructor(setup: FleetConcurrencySetup) {
    const { backend, key, clock } = setup
    this.name = setup.name
    this.#setup = setup
    this.#line = new WaitingLine({ ...setup, timedOut: () => this.#refused++ })
    this.#leases = new PermitLeases(setup)
    this.#news = new FleetNews({ bus: backend.bus, clock, topic: key, freed: () => this.#mayBeFree() })
  }

  acquire(signal?: AbortSignal): MaybePromise<Permit | undefined> {
    checkSignal(signal)
    if (signal?.aborted === true) return undefined
    const { max, queue } = this.#setup
    // The first in the line asks. Behind others it waits for the news that a permit is free.
    if (this.#line.size === 0) {
      this.#isFull = false
      this.#mostAsking = Infinity
    }
    const mostGranted = this.#isFull ? this.#asking : max - this.#running
    if (this.#line.size >= mostGranted + queue) {
      this.#refused++
      return undefined
    }
    if (queue > 0) this.#news.listen()
    const permit = this.#line.join(signal)
    this.#ask()
    return permit
  }

  stats(): ConcurrencyStats {
    return {
      running: this.#running,
      waiting: Math.max(0, this.#line.size - this.#asking),
      granted: this.#granted,
      refused: this.#refused,
    }
  }

  /** Asks for as many permits as there may be, for those in the line. */
  #ask(): void {
    const { max } = this.#setup
    while (!this.#isFull && this.#asking < Math.min(this.#line.size, max - this.#running, this.#mostAsking)) {
      this.#asking++
      void this.#askOnce(this.#hints)
    }
  }

  async #askOnce(hints: number): Promise<void> {
    const holding = await this.#leases.take()
    this.#asking--
    if (holding === undefined) return this.#wasFull(hints)
    this.#mostAsking *= 2
    const settle = this.#line.shift()
    if (settle === undefined) return this.#giveBack(holding)
    settle(this.#grant(holding))
    this.#ask()
  }

  #wasFull(hints: number): void {
    this.#mostAsking = 1
    if (hints !== this.#hints) return this.#ask()
    this.#isFull = true
    while (this.#line.size > this.#asking + this.#setup.queue) {
      this.#refused++
      this.#line.pop()?.(undefined)
    }
    if (this.#line.size === 0) return
    this.#news.sayWaiting()
    this.#pollLater()
  }

  #grant(holding: Holding): Permit {
    this.#running++
    this.#granted++
    return permitOf(() => this.#released(holding))
  }

  #released(holding: Holding): void {
    this.#running--
    // Where others wait as well, every second one is theirs.
    this.#wasHandedOn = this.#line.size > 0 && !(this.#wasHandedOn && this.#news.othersWait)
    const settle = this.#wasHandedOn ? this.#line.shift() : undefined
    if (settle === undefined) return void this.#giveBack(holding)
    settle(this.#grant(holding))
  }

  async #giveBack(holding: Holding): Promise<void> {
    await this.#leases.giveBack(holding)
    this.#news.sayFreed()
    if (!this.#news.othersWait) return this.#mayBeFree()
    this.#setup.clock.schedule(courtesyMs, () => this.#mayBeFree())
  }

  #mayBeFree(): void {
    this.#hints++
    this.#isFull = false
    this.#ask()
  }

  #pollLater(): void {
    if (this.#isPolling) return
    this.#isPolling = true
    this.#setup.clock.schedule(pollMs, () => {
      this.#isPolling = false
      if (this.#line.size === 0) return
      this.#mayBeFree()
      this.#pollLater()
    })
  }
}
