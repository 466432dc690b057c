/** A bus between nodes in one process that does to messages whatever a test tells it to, and says what a bus must say of it. */
import type { Bus, BusListener, Clock, Undo } from '@forebay/core'

/** What becomes of one message on its way to one node. */
export interface Fate {
  /** When it arrives; several for a message that is repeated, none for one that is lost. */
  readonly arrivesAfterMs: readonly number[]
  /** A lost message is noticed then, and `gap()` called; before that, the bus is live for as long as it may be. */
  readonly gapAfterMs?: number
}

export interface SimulatedBusOptions {
  readonly clock: Clock
  /** By default everything arrives at once. */
  readonly fate?: (from: number, to: number) => Fate
  /** Whether the bus refuses this message of the publisher. */
  readonly refuses?: (from: number) => boolean
  /** How long a subscription takes to stand. Default 0. */
  readonly subscribeMs?: number
}

/** The bound of the port: what was published longer ago has been heard, or the bus is not live. */
const boundMs = 1_000

interface Subscription {
  readonly topic: string
  readonly listener: BusListener
  readonly node: number
  stands: boolean
  /** When messages were published that this subscription has neither heard nor been told the loss of. */
  readonly unheard: Set<{ readonly publishedAt: number }>
}

export class SimulatedBus {
  readonly #options: SimulatedBusOptions
  readonly #subscriptions = new Set<Subscription>()
  /** Everything that was published, for tests that look at it. */
  readonly published: string[] = []

  constructor(options: SimulatedBusOptions) {
    this.#options = options
  }

  node(node: number): Bus {
    return {
      publish: (topic, message) => this.#publish(node, topic, message),
      subscribe: (topic, listener) => this.#subscribe(node, topic, listener),
      isLive: (topic) => this.#isLive(node, topic),
    }
  }

  /** Tells every subscription of the node that messages may have been missed. */
  gap(node: number): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.node === node) gap(subscription)
    }
  }

  #publish(from: number, topic: string, message: string): void {
    const { clock, fate = (): Fate => ({ arrivesAfterMs: [0] }), refuses } = this.#options
    if (refuses?.(from) === true) throw new Error('the bus does not take messages')
    this.published.push(message)
    for (const subscription of this.#subscriptions) {
      if (subscription.topic !== topic || subscription.node === from || !subscription.stands) continue
      const { arrivesAfterMs, gapAfterMs } = fate(from, subscription.node)
      const sent = { publishedAt: clock.now() }
      subscription.unheard.add(sent)
      const deliver = (): void => {
        subscription.unheard.delete(sent)
        if (this.#subscriptions.has(subscription)) heard(subscription, message)
      }
      for (const delayMs of arrivesAfterMs) {
        if (delayMs === 0) deliver()
        else clock.schedule(delayMs, deliver)
      }
      if (gapAfterMs !== undefined) clock.schedule(gapAfterMs, () => gap(subscription))
    }
  }

  #subscribe(node: number, topic: string, listener: BusListener): Undo {
    const { clock, subscribeMs = 0 } = this.#options
    const subscription = { topic, listener, node, stands: subscribeMs === 0, unheard: new Set<never>() }
    this.#subscriptions.add(subscription)
    if (subscribeMs > 0) clock.schedule(subscribeMs, () => (subscription.stands = true))
    return () => this.#subscriptions.delete(subscription)
  }

  #isLive(node: number, topic: string): boolean {
    const now = this.#options.clock.now()
    let isLive = false
    for (const one of this.#subscriptions) {
      if (one.node !== node || one.topic !== topic) continue
      if (!one.stands) return false
      for (const { publishedAt } of one.unheard) if (now - publishedAt > boundMs) return false
      isLive = true
    }
    return isLive
  }
}

function heard({ listener }: Subscription, message: string): void {
  try {
    listener.message(message)
  } catch {
    // Reported by a real bus; the others hear it all the same.
  }
}

function gap(subscription: Subscription): void {
  subscription.unheard.clear()
  subscription.listener.gap()
}
