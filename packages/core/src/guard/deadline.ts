/** The longest that anybody waits for an answer. */
import type { Clock } from '../ports/clock.ts'

/** Nothing came in time. What comes later is nobody's. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`)
  }
}

/** Where our own timer, or a turn of the event loop, takes this much longer, the process is busy, and answers may lie there unread. */
const heldUpMs = 5

/** How long they are then given to be read. */
const readingMs = 20

/** A process that is busy all the time gives up all the same. */
const mostBusyTurns = 25

/** Rejects with `NoAnswer`; an answer that has arrived and was not read yet is in time. */
export function withDeadline<T>(answer: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const dueAt = clock.now() + timeoutMs
    let isOver = false
    const late = (): void => {
      if (!isOver) reject(new NoAnswer(timeoutMs))
    }
    const giveUp = (): void => afterFreeTurn(clock, () => isOver, late)
    let cancel = clock.schedule(timeoutMs, () => {
      const wasHeldUp = clock.now() - dueAt > heldUpMs
      if (!wasHeldUp) giveUp()
      else cancel = clock.schedule(readingMs, giveUp)
    })
    const over = (): void => {
      isOver = true
      cancel()
    }
    answer.then(
      (value) => {
        over()
        resolve(value)
      },
      (error: unknown) => {
        over()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
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
