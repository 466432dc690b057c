/** What a waiting node hears of one key, in order. */
import type { Clock, Undo } from '../ports/clock.ts'
import type { Word } from './word.ts'

/** `quiet`: nothing was heard in time. `gap`: something may have been missed. */
export type Heard = Word | 'quiet' | 'gap'

export class Ear {
  readonly #clock: Clock
  readonly #heard: Heard[] = []
  #waiting: ((heard: Heard) => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Kept until it is asked for: no wake-up is lost on whoever is busy looking. */
  hear(heard: Heard): void {
    if (this.#waiting === undefined) this.#heard.push(heard)
    else this.#waiting(heard)
  }

  /** The next that is heard. One waits at a time. */
  next(waitMs: number): Promise<Heard> {
    const earlier = this.#heard.shift()
    if (earlier !== undefined) return Promise.resolve(earlier)
    return new Promise((resolve) => {
      let stop: Undo = () => {}
      this.#waiting = (heard) => {
        this.#waiting = undefined
        stop()
        resolve(heard)
      }
      stop = this.#clock.schedule(waitMs, () => this.#waiting?.('quiet'))
    })
  }
}
