/** Those who wait for a connection: let in together, sent away together. */
import type { Clock } from '@forebay/core'

interface Waiting {
  readonly letIn: () => void
  readonly sendAway: (error: Error) => void
}

export class WaitingRoom {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Settled by `letIn` or `sendAway`. After `timeoutMs` it calls `tooLong`, which has to call `sendAway`. */
  wait(timeoutMs: number, tooLong: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(timeoutMs, tooLong)
      this.#waiting.add({
        letIn: () => {
          cancel()
          resolve()
        },
        sendAway: (error) => {
          cancel()
          reject(error)
        },
      })
    })
  }

  letIn(): void {
    for (const { letIn } of this.#emptied()) letIn()
  }

  sendAway(error: Error): void {
    for (const { sendAway } of this.#emptied()) sendAway(error)
  }

  #emptied(): Waiting[] {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    return waiting
  }
}
