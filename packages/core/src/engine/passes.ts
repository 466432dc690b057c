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
  readonly #nameOf: (key: string) => string
  readonly #until = new BoundedMap<string, number>(remembered)

  /** @param nameOf what the fleet calls a key; not asked for while nothing is remembered. */
  constructor(clock: Clock, nameOf: (key: string) => string) {
    this.#clock = clock
    this.#nameOf = nameOf
  }

  /** Whether the last value of this key could not be shared, a moment ago. */
  has(key: string): boolean {
    if (this.#until.size === 0) return false
    const name = this.#nameOf(key)
    const until = this.#until.get(name)
    if (until === undefined) return false
    if (until > this.#clock.now()) return true
    this.#until.delete(name)
    return false
  }

  add(key: string): void {
    this.#add(this.#nameOf(key))
  }

  delete(key: string): void {
    if (this.#until.size > 0) this.#until.delete(this.#nameOf(key))
  }

  /** Another node has said this of a key. */
  heard(name: string, word: Word): void {
    if (word === 'passed') this.#add(name)
    else if (word === 'landed') this.#until.delete(name)
  }

  #add(name: string): void {
    this.#until.set(name, this.#clock.now() + passMs)
  }
}
