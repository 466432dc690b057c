/** Concurrent misses on one key: one runs the handler, the others wait for it. */
import type { Turn } from './turn.ts'
import type { Word } from './word.ts'

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
  begin(key: string, facts: FlightFacts<Result>): Flight<Result> {
    const flight = new Flight({ open: this.#open, key, waiters: new Set<Waiter<Result>>() }, facts)
    this.#open.set(key, flight)
    return flight
  }
}

export interface FlightFacts<Result> {
  /** Its way through the fleet, where there is one. */
  readonly turn: Turn<Result> | undefined
  /** Whether nothing at all was stored under its key when it began. */
  readonly isCold: boolean
}

interface FlightParts<Result> {
  readonly open: Map<string, Flight<Result>>
  readonly key: string
  readonly waiters: Set<Waiter<Result>>
}

/** One run of the handler and who waits for it. The first of `land`, `release`, `retry` and `fail` counts. */
export class Flight<Result> {
  /** The same for all who lead one after the other because the one before failed. */
  readonly turn: Turn<Result> | undefined
  readonly isCold: boolean
  readonly #parts: FlightParts<Result>
  #isOver = false

  constructor(parts: FlightParts<Result>, { turn, isCold }: FlightFacts<Result>) {
    this.#parts = parts
    this.turn = turn
    this.isCold = isCold
  }

  join(waiter: Waiter<Result>): void {
    this.#parts.waiters.add(waiter)
  }

  /** Whoever has joined; nothing of it is called after that. */
  leave(waiter: Waiter<Result>): void {
    this.#parts.waiters.delete(waiter)
  }

  /** @param word what the other nodes hear; `landed` says that they find the result in the store. */
  land(result: Result, word: Word = 'landed'): void {
    for (const waiter of this.#end(word)) waiter.landed(result)
  }

  /** @param word what the other nodes hear. */
  release(word: Word = 'alone'): void {
    for (const waiter of this.#end(word)) waiter.runAlone()
  }

  retry(): void {
    for (const waiter of this.#end('again')) waiter.again()
  }

  fail(): void {
    if (this.#isOver) return
    const { open, key, waiters } = this.#parts
    const [heir] = waiters
    if (heir === undefined) {
      this.#end('free')
      return
    }
    this.#isOver = true
    waiters.delete(heir)
    const next = new Flight(this.#parts, this)
    open.set(key, next)
    heir.lead(next)
  }

  /** In the order of their coming. Nobody joins any more. */
  #end(word: Word): Iterable<Waiter<Result>> {
    if (this.#isOver) return []
    this.#isOver = true
    const { open, key, waiters } = this.#parts
    open.delete(key)
    this.turn?.ended(word)
    return waiters
  }
}
