/** How nodes tell each other that a key which they deny from memory might be admitted again. */
import type { Bus, Clock } from '@forebay/core'

export interface Lifts {
  /** Whether whatever was said more than a second ago has been heard, or `missed` was called since. */
  isHeard(): boolean
  /** Listens from the first call on. */
  hear(listener: LiftListener): void
  /** Tells the others of a key, by its name in Redis. Never rejects. */
  tell(name: string): Promise<void>
}

export interface LiftListener {
  readonly lifted: (name: string) => void
  /** Lifts may have been missed. */
  readonly missed: () => void
}

const topic = 'denials'

/** The key may be admitted in Redis already: so that is said again when it could not be said. */
const againAfterMs = [200, 400, 800]

export class LiftsOnBus implements Lifts {
  readonly #bus: Bus
  readonly #clock: Clock
  #isHearing = false

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus
    this.#clock = clock
  }

  isHeard(): boolean {
    return this.#bus.isLive?.(topic) ?? true
  }

  /** Only now, so that an app that denies nobody keeps no second connection. */
  hear({ lifted, missed }: LiftListener): void {
    if (this.#isHearing) return
    this.#isHearing = true
    this.#bus.subscribe(topic, { message: lifted, gap: missed })
  }

  tell(name: string): Promise<void> {
    return this.#tell(name, 0)
  }

  async #tell(name: string, failures: number): Promise<void> {
    try {
      await this.#bus.publish(topic, name)
    } catch {
      const waitMs = againAfterMs[failures]
      if (waitMs !== undefined) this.#clock.schedule(waitMs, () => void this.#tell(name, failures + 1))
    }
  }
}
