/** Backpressure: who comes when there is no room waits in line, for a limited time, and in a line of limited length. */
import { ForebayError } from '../../kit/forebay-error.ts'
import type { Clock, Undo } from '../../ports/clock.ts'

export interface WaitingLineOptions {
  readonly name: string
  readonly clock: Clock
  /** How many may wait. */
  readonly mostWaiting: number
  readonly timeoutMs: number
}

interface Waiter<Item> {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  readonly cancel: Undo
}

export class WaitingLine<Item> {
  readonly #options: WaitingLineOptions
  #waiters = new Set<Waiter<Item>>()
  #isClosed = false

  constructor(options: WaitingLineOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when the item was admitted. */
  wait(item: Item): Promise<void> {
    const { name, clock, mostWaiting, timeoutMs } = this.#options
    if (this.#isClosed) return Promise.reject(closed(name))
    if (this.#waiters.size >= mostWaiting) {
      const message = `${name}: ${mostWaiting} writes wait for room already: more is written than the source takes.`
      return Promise.reject(new ForebayError('FOREBAY_OVERLOADED', message))
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter<Item> = {
        item,
        resolve,
        reject,
        cancel: clock.schedule(timeoutMs, () => {
          this.#waiters.delete(waiter)
          const message = `${name}: there was no room for a write within ${timeoutMs} ms (writeTimeout).`
          reject(new ForebayError('FOREBAY_TIMEOUT', message))
        }),
      }
      this.#waiters.add(waiter)
    })
  }

  /** The first ones in line, at most so many. They stay in line until they are admitted or refused. */
  first(most: number): Waiting<Item>[] {
    const chosen: Waiting<Item>[] = []
    for (const waiter of this.#waiters) {
      if (chosen.length >= most) break
      chosen.push({
        item: waiter.item,
        admit: () => this.#leave(waiter)?.resolve(),
        refuse: (error) => this.#leave(waiter)?.reject(error),
      })
    }
    return chosen
  }

  /** Refuses everybody in line, and whoever comes later. */
  close(): void {
    this.#isClosed = true
    for (const { refuse } of this.first(Infinity)) refuse(closed(this.#options.name))
  }

  #leave(waiter: Waiter<Item>): Waiter<Item> | undefined {
    if (!this.#waiters.delete(waiter)) return undefined
    waiter.cancel()
    return waiter
  }
}

export interface Waiting<Item> {
  readonly item: Item
  /** Does nothing for who has left meanwhile. */
  readonly admit: () => void
  readonly refuse: (error: unknown) => void
}

export function closed(name: string): ForebayError {
  return new ForebayError('FOREBAY_CLOSED', `${name}: closed; it accepts no writes any more.`)
}
