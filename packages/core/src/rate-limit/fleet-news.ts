/** What limiters of one bound tell each other over the bus: that somebody waits, that a permit is free. */
import type { Bus } from '../ports/bus.ts'
import type { Clock } from '../ports/clock.ts'

export interface FleetNewsOptions {
  readonly bus: Bus
  readonly clock: Clock
  readonly topic: string
  /** A permit may be free. */
  readonly freed: () => void
}

const waiting = 'waiting'
const freed = 'freed'

/** A process in which somebody waits says so every `sayMs`; one that has said nothing for `forgetMs` does not wait any more. */
const sayMs = 1_000
const forgetMs = 3_000

/** The limiters of one topic in this process: the bus does not deliver a message to the process that sent it. */
const neighbours = new WeakMap<Bus, Map<string, Set<FleetNews>>>()

/** As long as nobody waits, nothing is published. */
export class FleetNews {
  readonly #options: FleetNewsOptions
  #isListening = false
  #saidAt = -Infinity
  #othersWaitUntil = -Infinity
  /** When a permit was given back and nobody was told, because nobody was known to wait. */
  #silentAt = -Infinity

  constructor(options: FleetNewsOptions) {
    this.#options = options
  }

  /** Whether somebody waits for a permit of another limiter than this. */
  get othersWait(): boolean {
    return this.#options.clock.now() < this.#othersWaitUntil
  }

  listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    const { bus, topic } = this.#options
    this.#neighbours().add(this)
    try {
      bus.subscribe(topic, {
        message: (message) => this.#heard(message),
        gap: () => this.#options.freed(),
      })
    } catch {
      // Without the bus, those who wait still ask again every second.
    }
  }

  /** Somebody waits here. */
  sayWaiting(): void {
    const now = this.#options.clock.now()
    if (now - this.#saidAt < sayMs) return
    this.#saidAt = now
    this.#say(waiting)
  }

  /** A permit has been given back. */
  sayFreed(): void {
    if (this.othersWait) this.#say(freed)
    else this.#silentAt = this.#options.clock.now()
  }

  #say(message: string): void {
    const { bus, topic } = this.#options
    for (const other of this.#neighbours()) if (other !== this) other.#heard(message)
    void (async () => bus.publish(topic, message))().catch(() => {})
  }

  #heard(message: string): void {
    const { clock, freed: mayBeFree } = this.#options
    if (message === freed) return mayBeFree()
    if (message !== waiting) return
    const now = clock.now()
    this.#othersWaitUntil = now + forgetMs
    // A permit may have been given back after the other process asked, and before it said that it waits.
    if (now - this.#silentAt < sayMs) this.#say(freed)
    this.#silentAt = -Infinity
  }

  #neighbours(): Set<FleetNews> {
    const { bus, topic } = this.#options
    let topics = neighbours.get(bus)
    if (topics === undefined) neighbours.set(bus, (topics = new Map()))
    let those = topics.get(topic)
    if (those === undefined) topics.set(topic, (those = new Set()))
    return those
  }
}
