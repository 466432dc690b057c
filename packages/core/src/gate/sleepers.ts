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
      const undo: Undo[] = []
      const wake = (awakening: Awakening): void => {
        if (isOver) return
        isOver = true
        this.#sleeping--
        for (const one of undo) one()
        resolve(awakening)
      }
      undo.push(
        this.#clock.schedule(ms, () => wake('in-time')),
        exchange.onAbort(() => wake('client-left')),
      )
      // A client that was gone already is told of at once, before its undo is known.
      if (isOver) for (const one of undo) one()
    })
  }
}
