/** How nodes tell each other that a key, which they may deny from memory, might be admitted again. */
import type { Bus, Clock } from '@forebay/core'

export interface Lifts {
  /** Whether all lifts of more than a second ago were heard, or `missed` was called since. */
  isHeard(): boolean
  /** Listens from the first call on; later calls do nothing. */
  hear(listener: LiftListener): void
  /** Tells the others to forget a key, by its name in Redis, which they would deny for `forMs` otherwise. Never rejects. */
  tell(name: string, forMs: number): Promise<void>
}

export interface LiftListener {
  readonly lifted: (name: string) => void
  /** Lifts may have been missed. */
  readonly missed: () => void
}

const topic = 'denials'

/** A message that could not be published is tried again, after a longer wait each time. */
const firstAgainMs = 200
const longestAgainMs = 10_000

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

  /** Called at the first denial and not before: an app that denies nobody has no second connection. */
  hear({ lifted, missed }: LiftListener): void {
    if (this.#isHearing) return
    this.#isHearing = true
    this.#bus.subscribe(topic, { message: lifted, gap: missed })
  }

  tell(name: string, forMs: number): Promise<void> {
    return this.#tell(name, forMs, firstAgainMs)
  }

  async #tell(name: string, forMs: number, againMs: number): Promise<void> {
    try {
      await this.#bus.publish(topic, name)
    } catch {
      if (againMs > forMs) return
      const nextMs = Math.min(againMs * 2, longestAgainMs)
      this.#clock.schedule(againMs, () => void this.#tell(name, forMs - againMs, nextMs))
    }
  }
}
