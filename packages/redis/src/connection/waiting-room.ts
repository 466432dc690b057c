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

  /** Settles by one of the others; `tooLong` is called after that time, and is expected to send everybody away. */
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
