/** Typed events that cost nothing while nobody listens, and whose listeners can harm nobody. */
import { channel, type Channel } from 'node:diagnostics_channel'

export type Listener<Payload> = (payload: Payload) => unknown

/** Told when a listener throws or rejects. */
export type ListenerFailure = (event: string, error: unknown) => void

/**
 * Emits to its own listeners, then to the `node:diagnostics_channel` named `<prefix>:<event>`. A listener that throws, or
 * whose promise rejects, stops neither the others nor the caller.
 */
export class Emitter<Events extends object> {
  readonly #prefix: string
  readonly #failed: ListenerFailure
  readonly #listeners = new Map<keyof Events, readonly Listener<never>[]>()
  readonly #channels = new Map<keyof Events, Channel>()

  constructor(prefix: string, failed: ListenerFailure) {
    this.#prefix = prefix
    this.#failed = failed
  }

  /** Adds a listener; returns its own undo. */
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): () => void {
    this.#listeners.set(event, [...this.#of(event), listener])
    return () => this.off(event, listener)
  }

  off<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): void {
    const kept = this.#of(event).filter((other) => other !== listener)
    if (kept.length > 0) this.#listeners.set(event, kept)
    else this.#listeners.delete(event)
  }

  /** Whether anybody would hear `event`: asked before a payload is made. */
  hears(event: keyof Events & string): boolean {
    return this.#listeners.has(event) || this.#channel(event).hasSubscribers
  }

  emit<Name extends keyof Events & string>(event: Name, payload: Events[Name]): void {
    for (const listener of this.#of(event)) this.#tell(event, listener as Listener<Events[Name]>, payload)
    const published = this.#channel(event)
    if (published.hasSubscribers) published.publish(payload)
  }

  #tell<Name extends keyof Events & string>(
    event: Name,
    listener: Listener<Events[Name]>,
    payload: Events[Name],
  ): void {
    try {
      const result = listener(payload)
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(event, error))
    } catch (error) {
      this.#failed(event, error)
    }
  }

  #of(event: keyof Events): readonly Listener<never>[] {
    return this.#listeners.get(event) ?? []
  }

  #channel(event: keyof Events & string): Channel {
    let found = this.#channels.get(event)
    if (found === undefined) {
      found = channel(`${this.#prefix}:${event}`)
      this.#channels.set(event, found)
    }
    return found
  }
}
