/** Reads of one key that many ask for at the same moment: one question of the store answers them all. */
import { isPromise } from '../kit/promise.ts'
import type { FoundEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { GuardedEntries } from './guarded-entries.ts'

type Answer = Promise<FoundEntry | undefined>

/** Who is told what a read says. Exactly one of its methods is called, once. */
export interface Reader {
  found(found: FoundEntry | undefined): void
  unread(error: unknown): void
}

interface Reading {
  readonly answer: Answer
  readonly timeoutMs: number
  /** `entries.changes` when it began. */
  readonly changes: number
  readonly readers: Reader[]
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
    const reading: Reading = { answer, timeoutMs, changes, readers: [] }
    this.#underway.set(key, reading)
    const over = (): readonly Reader[] => {
      if (this.#underway.get(key) === reading) this.#underway.delete(key)
      return reading.readers
    }
    answer.then(
      (found) => {
        for (const reader of over()) reader.found(found)
      },
      (error: unknown) => {
        for (const reader of over()) reader.unread(error)
      },
    )
    return answer
  }

  /** Tells `reader` of an answer that `get` gave for the key a moment ago. */
  tell(key: string, answer: Answer, reader: Reader): void {
    const underway = this.#underway.get(key)
    if (underway?.answer === answer) underway.readers.push(reader)
    else tellAlone(answer, reader)
  }
}

/**
 * Tells `reader` of an answer that `reads` gave for the key a moment ago. Where many ask at once they are told in one go, in
 * the order of their coming: it costs them no promise each.
 */
export function tellOf(
  reads: Pick<GuardedEntries, 'get'>,
  key: string,
  answer: Answer,
  reader: Reader,
): void {
  if (reads instanceof SharedReads) reads.tell(key, answer, reader)
  else tellAlone(answer, reader)
}

function tellAlone(answer: Answer, reader: Reader): void {
  answer.then(
    (found) => reader.found(found),
    (error: unknown) => reader.unread(error),
  )
}
