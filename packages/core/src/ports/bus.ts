/** The invalidation bus: what one node says, every other node hears. */
import type { MaybePromise } from './maybe-promise.ts'
import type { Undo } from './clock.ts'

/**
 * Topics belong to who made them up, but one is for everybody: on `invalidate` any service may say what is outdated, as
 * JSON `{ "namespace": string, "tags"?: string[], "keys"?: string[], "all"?: true }`.
 */
export interface Bus {
  /** Tells every other subscriber of `topic`, in every process; the publisher's own subscribers do not hear it. */
  publish(topic: string, message: string): MaybePromise<void>
  /** Hears `topic` until the returned undo is called. A listener that throws is reported and does not stop the others. */
  subscribe(topic: string, listener: BusListener): Undo
  /**
   * Whether the subscribers of `topic` here can vouch for what they know: whatever was published more than a second ago
   * they have heard, or `gap()` was called since. False before a subscription stands, after the last one is gone, and as
   * soon as the way to the others is broken or nothing was heard of it for a second, however busy this process was. Asked
   * per use of what was learnt, so it costs no more than reading the time. A bus without it never misses anything.
   */
  isLive?(topic: string): boolean
}

export interface BusListener {
  message(message: string): void
  /**
   * Messages may have been missed: nothing learnt before this call can be trusted without asking. Called after every break,
   * again and again while one lasts, and maybe as soon as a subscription stands.
   */
  gap(): void
}
