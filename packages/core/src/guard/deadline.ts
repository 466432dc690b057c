/** The longest that anybody waits for an answer. */
import { asError } from '../kit/as-error.ts'
import { heldUpMs, type Deadline, type Deadlines } from './deadlines.ts'
import type { Clock, Undo } from '../ports/clock.ts'

/** Nothing came in time. What comes later is nobody's. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}

/** How long answers to a process that was held up are given to be read. */
const readingMs = 20

/** A process that is busy all the time gives up all the same. */
const mostBusyTurns = 25

/** What becomes of a question: one of the two is called, once. */
export interface Outcome<T> {
  readonly answered: (value: T) => void
  readonly failed: (error: unknown) => void
}

/** Rejects with `NoAnswer`; an answer that has arrived and was not read yet is in time. */
export function withDeadline<T>(answer: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  return new Promise((answered, failed) => {
    inTime(answer, { timeoutMs, clock }, { answered, failed })
  })
}

/** The same without a promise. */
export function inTime<T>(answer: Promise<T>, limit: TimeLimit, outcome: Outcome<T>): void {
  const wait = new Wait(limit, outcome)
  answer.then(
    (value) => {
      if (wait.ends()) outcome.answered(value)
    },
    (error: unknown) => {
      if (wait.ends()) outcome.failed(asError(error))
    },
  )
}

interface TimeLimit {
  readonly timeoutMs: number
  readonly clock: Clock
  /** When it began; default now. */
  readonly from?: number
  /** Of all that wait as long, where they are many; default a timer of its own. */
  readonly deadlines?: Deadlines | undefined
}

class Wait {
  readonly #limit: TimeLimit
  readonly #outcome: Pick<Outcome<never>, 'failed'>
  readonly #dueAt: number
  readonly #deadline: Deadline | undefined
  #cancel: Undo | undefined
  #isOver = false

  constructor(limit: TimeLimit, outcome: Pick<Outcome<never>, 'failed'>) {
    this.#limit = limit
    this.#outcome = outcome
    const { timeoutMs, clock, from = clock.now(), deadlines } = limit
    this.#dueAt = from + timeoutMs
    const due = (): void => this.#due()
    if (deadlines === undefined) this.#cancel = clock.schedule(timeoutMs, due)
    else this.#deadline = deadlines.begin(from, due)
  }

  /** False when it has ended before. */
  ends(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    if (this.#deadline !== undefined) this.#limit.deadlines?.met(this.#deadline)
    this.#cancel?.()
    return true
  }

  #due(): void {
    const { clock } = this.#limit
    const wasHeldUp = clock.now() - this.#dueAt > heldUpMs
    if (wasHeldUp) this.#cancel = clock.schedule(readingMs, () => this.#giveUp())
    else this.#giveUp()
  }

  #giveUp(): void {
    const { clock, timeoutMs } = this.#limit
    const late = (): void => {
      if (this.ends()) this.#outcome.failed(new NoAnswer(timeoutMs))
    }
    afterFreeTurn(clock, () => this.#isOver, late)
  }
}

/**
 * Timers come before what the network brought, and a turn that reads much leaves unread what arrived meanwhile: what has
 * arrived by now is read for certain when a whole turn has gone by that was not spent on other work.
 */
function afterFreeTurn(clock: Clock, isOver: () => boolean, task: () => void): void {
  let turnsLeft = mostBusyTurns
  const turn = (): void => {
    const from = clock.now()
    setImmediate(() => {
      if (isOver()) return
      if (clock.now() - from <= heldUpMs || --turnsLeft <= 0) task()
      else turn()
    })
  }
  turn()
}
