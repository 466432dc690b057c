/** Typed events that cost nothing while nobody listens, and whose listeners can harm nobody. */
import { channel, type Channel } from 'node:diagnostics_channel'
import { didYouMean } from './closest-name.ts'
import { ForebayError, showValue } from './forebay-error.ts'
import { isPromise } from './promise.ts'

export type Listener<Payload> = (payload: Payload) => unknown

/** Told when a listener throws or rejects. */
export type ListenerFailure = (event: string, error: unknown) => void

/** Every event there is. A table, so that the compiler tells of one that is missing or too many. */
export type EventNames<Events> = Readonly<Record<keyof Events & string, true>>

/** What has events to be listened to. */
export interface Listenable<Events> {
  /**
   * Adds a listener; returns its own undo, which takes away no other, not the same function's either.
   * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for an event that there is not, and for a listener that is no function.
   */
  on<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): () => void
  /** Takes the listener away, however often it was added. */
  off<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): void
}

/**
 * Emits to its own listeners, then to the `node:diagnostics_channel` named `<prefix>:<event>`. A listener that throws, or
 * whose promise rejects, stops neither the others nor the caller.
 */
export class Emitter<Events extends object> implements Listenable<Events> {
  readonly #topics: ReadonlyMap<string, unknown>

  constructor(prefix: string, events: EventNames<Events>, failed: ListenerFailure) {
    this.#topics = new Map(
      Object.keys(events).map((event) => [event, new Topic(event, channel(`${prefix}:${event}`), failed)]),
    )
  }

  /**
   * One event, to be kept by whoever asks for it often.
   * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for an event that there is not: its listener would wait for ever.
   */
  topic<Name extends keyof Events & string>(event: Name): Topic<Events[Name]> {
    const topic = this.#topics.get(event) as Topic<Events[Name]> | undefined
    if (topic === undefined) throw noSuchEvent(event, [...this.#topics.keys()])
    return topic
  }

  on<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): () => void {
    return this.topic(event).add(listener)
  }

  off<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): void {
    this.topic(event).remove(listener)
  }

  /** Whether anybody would hear `event`: asked before a payload is made. */
  hears(event: keyof Events & string): boolean {
    return this.topic(event).isHeard
  }

  emit<Name extends keyof Events & string>(event: Name, payload: Events[Name]): void {
    this.topic(event).emit(payload)
  }
}

export class Topic<Payload> {
  readonly #event: string
  readonly #channel: Channel
  readonly #failed: ListenerFailure
  /** Each in an object of its own, which tells it from the same function added once more. */
  #listeners: readonly { readonly listener: Listener<Payload> }[] = []

  constructor(event: string, published: Channel, failed: ListenerFailure) {
    this.#event = event
    this.#channel = published
    this.#failed = failed
  }

  get isHeard(): boolean {
    return this.#listeners.length > 0 || this.#channel.hasSubscribers
  }

  /** Returns its own undo. @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what is no function. */
  add(listener: Listener<Payload>): () => void {
    if (typeof listener !== 'function') throw notAListener(this.#event, listener)
    const added = { listener }
    this.#listeners = [...this.#listeners, added]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== added)
    }
  }

  remove(listener: Listener<Payload>): void {
    this.#listeners = this.#listeners.filter((other) => other.listener !== listener)
  }

  emit(payload: Payload): void {
    for (const { listener } of this.#listeners) this.#tell(listener, payload)
    if (this.#channel.hasSubscribers) this.#channel.publish(payload)
  }

  #tell(listener: Listener<Payload>, payload: Payload): void {
    try {
      const result = listener(payload)
      if (isPromise(result)) result.then(undefined, (error: unknown) => this.#failed(this.#event, error))
    } catch (error) {
      this.#failed(this.#event, error)
    }
  }
}

function noSuchEvent(event: unknown, known: readonly string[]): ForebayError {
  const hint = typeof event === 'string' ? didYouMean(event, known) : ''
  return new ForebayError(
    'FOREBAY_INVALID_ARGUMENT',
    `event: ${showValue(event)} is not accepted.${hint} Accepted: ${known.join(', ')}.`,
  )
}

function notAListener(event: string, given: unknown): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_ARGUMENT',
    `on('${event}'): ${showValue(given)} is not accepted as listener. Accepted: a function.`,
  )
}
