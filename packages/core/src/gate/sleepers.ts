/** Requests that are made to wait, of which there is room for so many. */
import type { Clock, Undo } from '../ports/clock.ts'
import type { Exchange } from '../ports/exchange.ts'

/** How a wait ended: in time, or because the client left. */
export type Awakening = 'in-time' | 'client-left'

/** Each request that waits holds a connection and its memory, so a flood of them is turned away instead. */
export class Sleepers {
  readonly #clock: Clock
  readonly #most: number
  #sleeping = 0

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Resolves after `ms`, or as soon as the client leaves; undefined when there is no room. Never rejects. */
  sleep(exchange: Exchange, ms: number): Promise<Awakening> | undefined {
    if (this.#sleeping >= this.#most) return undefined
    this.#sleeping++
    return new Promise((resolve) => {
      let isOver = false
      let forget: Undo | undefined
      const wake = (awakening: Awakening): void => {
        if (isOver) return
        isOver = true
        this.#sleeping--
        cancel()
        forget?.()
        resolve(awakening)
      }
      const cancel = this.#clock.schedule(ms, () => wake('in-time'))
      forget = exchange.onAbort(() => wake('client-left'))
    })
  }
}
