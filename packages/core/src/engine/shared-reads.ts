/** Reads of one key that many ask for at the same moment: one question of the store answers them all. */
import { isPromise } from '../kit/promise.ts'
import type { FoundEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { GuardedEntries } from './guarded-entries.ts'

interface Reading {
  readonly answer: Promise<FoundEntry | undefined>
  readonly timeoutMs: number
  /** `entries.changes` when it began. */
  readonly changes: number
}

export class SharedReads {
  readonly #entries: GuardedEntries
  readonly #underway = new Map<string, Reading>()

  constructor(entries: GuardedEntries) {
    this.#entries = entries
  }

  /**
   * What `entries.get` says, or says to somebody whose question is on its way, if nothing was written here since. Not for
   * whoever has heard that another node has written something.
   */
  get(key: string, timeoutMs: number): MaybePromise<FoundEntry | undefined> {
    const { changes } = this.#entries
    const underway = this.#underway.get(key)
    if (underway !== undefined && underway.changes === changes && underway.timeoutMs <= timeoutMs) {
      return underway.answer
    }
    const answer = this.#entries.get(key, timeoutMs)
    if (!isPromise(answer)) return answer
    const reading = { answer, timeoutMs, changes }
    this.#underway.set(key, reading)
    const forget = (): void => {
      if (this.#underway.get(key) === reading) this.#underway.delete(key)
    }
    answer.then(forget, forget)
    return answer
  }
}
