/** The longest that anybody waits for an answer. */
import type { Clock } from '../ports/clock.ts'

/** Nothing came in time. What comes later is nobody's. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`)
  }
}

/** Where our own timer is later than this, the process was held up, and answers may lie there unread. */
const heldUpMs = 5

/** How long they are then given to be read. */
const readingMs = 20

/** Rejects with `NoAnswer`; an answer that has arrived and was not read yet is in time. */
export function withDeadline<T>(answer: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const dueAt = clock.now() + timeoutMs
    const late = (): void => reject(new NoAnswer(timeoutMs))
    let cancel = clock.schedule(timeoutMs, () => {
      const wasHeldUp = clock.now() - dueAt > heldUpMs
      // Timers come before what the network brought: that is read first.
      if (!wasHeldUp) setImmediate(late)
      else cancel = clock.schedule(readingMs, () => setImmediate(late))
    })
    answer.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
