/** What the other nodes are to hear: together, soon, and again until it was said. */
import type { Bus } from '../ports/bus.ts'
import type { Clock, Undo } from '../ports/clock.ts'
import { messagesOf, type Invalidation } from './invalidation-message.ts'

export interface OutboxOptions {
  readonly bus: Bus
  readonly topic: string
  readonly clock: Clock
  /** The bus did not take a message, which will be said again. Called once until `caughtUp` is. */
  readonly fellBehind: (error: unknown) => void
  /** Everything has been said. */
  readonly caughtUp: () => void
}

const retryMs = 250

/** More than this many unsaid messages become a single one: everything. */
const mostUnsaid = 100

/** A closing node waits this long for what it is saying. */
const lastWordsMs = 1_000

interface Batch {
  readonly invalidations: Invalidation[]
  readonly said: Promise<void>
}

/**
 * What is told within one turn goes as one message. A message that the bus did not take, or may not have taken, is said
 * again until it did: nothing in it can be wrong later, as it only makes nodes ask the far tier.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #saying = new Set<Promise<void>>()
  #batch: Batch | undefined
  #unsaid: string[] = []
  #cancelRetry: Undo | undefined
  #isBehind = false
  #isClosed = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Messages that wait to be said again. */
  get unsaid(): number {
    return this.#unsaid.length
  }

  /** Rejects when the bus did not take it now; it is said again all the same. */
  tell(invalidations: readonly Invalidation[]): Promise<void> {
    if (this.#batch === undefined) {
      const batch: Batch = {
        invalidations: [],
        said: Promise.resolve().then(() => {
          this.#batch = undefined
          return this.#sayAll(messagesOf(batch.invalidations))
        }),
      }
      this.#batch = batch
      const forgotten = batch.said.catch(ignore)
      this.#saying.add(forgotten)
      void forgotten.then(() => this.#saying.delete(forgotten))
    }
    this.#batch.invalidations.push(...invalidations)
    return this.#batch.said
  }

  /** What is being said is finished, and what was not taken is said once more; within a second in all. */
  async close(): Promise<void> {
    this.#cancelRetry?.()
    const unsaid = this.#unsaid
    this.#isClosed = true
    this.#unsaid = []
    const finished = Promise.all([...this.#saying, this.#sayAll(unsaid).catch(ignore)])
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.schedule(lastWordsMs, resolve)
      void finished.then(cancel).then(resolve)
    })
  }

  async #sayAll(messages: readonly string[]): Promise<void> {
    const said = await Promise.allSettled(messages.map((message) => this.#say(message)))
    const failure = said.find((one) => one.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  async #say(message: string): Promise<void> {
    const { bus, topic } = this.#options
    try {
      await bus.publish(topic, message)
    } catch (error) {
      this.#keep(message, error)
      throw error
    }
  }

  #keep(message: string, error: unknown): void {
    if (this.#isClosed) return
    if (!this.#isBehind) {
      this.#isBehind = true
      this.#options.fellBehind(error)
    }
    this.#unsaid.push(message)
    if (this.#unsaid.length > mostUnsaid) this.#unsaid = messagesOf([{ type: 'everything' }])
    this.#cancelRetry ??= this.#options.clock.schedule(retryMs, () => {
      this.#cancelRetry = undefined
      const messages = this.#unsaid
      this.#unsaid = []
      this.#sayAll(messages).then(() => this.#caughtUp(), ignore)
    })
  }

  #caughtUp(): void {
    if (this.#unsaid.length > 0) return
    this.#isBehind = false
    this.#options.caughtUp()
  }
}

function ignore(): void {}
