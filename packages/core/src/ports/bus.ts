/** The invalidation bus: what one node says, every other node hears. */
import type { MaybePromise } from './maybe-promise.ts'
import type { Undo } from './clock.ts'

export interface Bus {
  /** Tells every other subscriber of `topic`, in every process; the publisher's own subscribers do not hear it. */
  publish(topic: string, message: string): MaybePromise<void>
  /** Hears `topic` until the returned undo is called. A listener that throws is reported and does not stop the others. */
  subscribe(topic: string, listener: BusListener): Undo
}

export interface BusListener {
  message(message: string): void
  /** Messages may have been missed: nothing learnt before this call can be trusted without asking. */
  gap(): void
}
