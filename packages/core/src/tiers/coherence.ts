/** Keeps the near copies of all nodes on one bus coherent: who writes tells, who was told forgets. */
import type { Bus } from '../ports/bus.ts'
import type { Clock, Undo } from '../ports/clock.ts'
import { readMessage, type Invalidation } from './invalidation-message.ts'
import { Outbox } from './outbox.ts'

/** A store with near copies. */
export interface Member {
  told(invalidations: readonly Invalidation[]): void
  /** Something may have been missed: no copy can be vouched for. */
  missed(): void
}

/** Hears whether what is written here can be told to the other nodes. */
export interface Reporter {
  readonly fellBehind: (error: unknown) => void
  readonly caughtUp: () => void
}

const topic = 'tiers'

/** A publisher's own process does not hear it, so the stores in it that share a bus share this as well. */
const byBus = new WeakMap<Bus, Coherence>()

/** The one of this bus. `clock` is for delays only. */
export function coherenceOn(bus: Bus, clock: Clock): Coherence {
  let coherence = byBus.get(bus)
  if (coherence === undefined) {
    coherence = new Coherence(bus, clock)
    byBus.set(bus, coherence)
  }
  return coherence
}

class Coherence {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #members = new Set<Member>()
  readonly #reporters = new Set<Reporter>()
  #outbox: Outbox | undefined
  #unsubscribe: Undo | undefined

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus
    this.#clock = clock
  }

  /** Whether members know of everything that was told more than a second ago. */
  get isLive(): boolean {
    if (this.#unsubscribe === undefined) return false
    return this.#bus.isLive === undefined || this.#bus.isLive(topic)
  }

  /** Messages that the bus did not take yet. */
  get unsaid(): number {
    return this.#outbox?.unsaid ?? 0
  }

  /** Once when messages begin to wait, once when all have been said; returns its own undo. */
  report(reporter: Reporter): Undo {
    this.#reporters.add(reporter)
    return () => this.#reporters.delete(reporter)
  }

  join(member: Member): void {
    this.#members.add(member)
    this.#unsubscribe ??= this.#bus.subscribe(topic, {
      message: (message) => {
        const invalidations = readMessage(message)
        if (invalidations !== undefined) for (const one of this.#members) one.told(invalidations)
      },
      gap: () => {
        for (const one of this.#members) one.missed()
      },
    })
  }

  async leave(member: Member): Promise<void> {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    const outbox = this.#outbox
    this.#outbox = undefined
    await outbox?.close()
  }

  /** Rejects when the other nodes were not told now; they will be, as soon as the bus takes it. */
  tell(from: Member, invalidations: readonly Invalidation[]): Promise<void> {
    for (const one of this.#members) if (one !== from) one.told(invalidations)
    this.#outbox ??= new Outbox({
      bus: this.#bus,
      topic,
      clock: this.#clock,
      fellBehind: (error) => {
        for (const one of this.#reporters) one.fellBehind(error)
      },
      caughtUp: () => {
        for (const one of this.#reporters) one.caughtUp()
      },
    })
    return this.#outbox.tell(invalidations)
  }
}

export type { Coherence }
