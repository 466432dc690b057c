/** Keys whose values cannot be shared: for a while nobody waits for anybody there. */
import { BoundedMap } from '../kit/bounded-map.ts'
import type { Clock } from '../ports/clock.ts'
import type { Word } from './word.ts'

/**
 * How long after a value that cannot be shared those who want its key do not wait for each other: what cannot be shared
 * now will hardly be in a moment, and a value that is stored ends it at once.
 */
const passMs = 120_000

const remembered = 2_048

export class Passes {
  readonly #clock: Clock
  readonly #until = new BoundedMap<string, number>(remembered)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the last value of this key could not be shared, a moment ago. */
  has(key: string): boolean {
    const until = this.#until.get(key)
    if (until === undefined) return false
    if (until > this.#clock.now()) return true
    this.#until.delete(key)
    return false
  }

  add(key: string): void {
    this.#until.set(key, this.#clock.now() + passMs)
  }

  delete(key: string): void {
    this.#until.delete(key)
  }

  /** Another node has said this of the key. */
  heard(key: string, word: Word): void {
    if (word === 'passed') this.add(key)
    else if (word === 'landed') this.delete(key)
  }
}
