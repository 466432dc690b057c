/** Concurrent misses on one key: one runs the handler, the others wait for it. */
import type { Undo } from '../ports/clock.ts'

/** A request that waits. Exactly one of its methods is called, once, unless it leaves first. */
export interface Waiter<Result> {
  /** The leader's response is whole and shared. */
  landed(result: Result): void
  /** The leader's response cannot be shared: everybody runs the handler for itself. */
  runAlone(): void
  /** The leader's response was not kept, though it could be shared: everybody looks again at what is stored. */
  again(): void
  /** The leader failed: this waiter runs the handler now, and those behind it wait for it. */
  lead(flight: Flight<Result>): void
}

/** The flights of one cache, by key. */
export class Flights<Result> {
  readonly #open = new Map<string, Flight<Result>>()

  get size(): number {
    return this.#open.size
  }

  get(key: string): Flight<Result> | undefined {
    return this.#open.get(key)
  }

  /** Begins the flight on a key that has none. */
  begin(key: string): Flight<Result> {
    const flight = new Flight(this.#open, key, new Set<Waiter<Result>>())
    this.#open.set(key, flight)
    return flight
  }
}

/** One run of the handler and who waits for it. The first of `land`, `release`, `retry` and `fail` counts. */
export class Flight<Result> {
  readonly #open: Map<string, Flight<Result>>
  readonly #key: string
  readonly #waiters: Set<Waiter<Result>>
  #isOver = false

  constructor(open: Map<string, Flight<Result>>, key: string, waiters: Set<Waiter<Result>>) {
    this.#open = open
    this.#key = key
    this.#waiters = waiters
  }

  /** Returns what makes the waiter leave; nothing of it is called after that. */
  join(waiter: Waiter<Result>): Undo {
    this.#waiters.add(waiter)
    return () => this.#waiters.delete(waiter)
  }

  land(result: Result): void {
    for (const waiter of this.#end()) waiter.landed(result)
  }

  release(): void {
    for (const waiter of this.#end()) waiter.runAlone()
  }

  retry(): void {
    for (const waiter of this.#end()) waiter.again()
  }

  fail(): void {
    if (this.#isOver) return
    this.#isOver = true
    const [heir] = this.#waiters
    if (heir === undefined) {
      this.#open.delete(this.#key)
      return
    }
    this.#waiters.delete(heir)
    const next = new Flight(this.#open, this.#key, this.#waiters)
    this.#open.set(this.#key, next)
    heir.lead(next)
  }

  #end(): readonly Waiter<Result>[] {
    if (this.#isOver) return []
    this.#isOver = true
    this.#open.delete(this.#key)
    return [...this.#waiters]
  }
}
