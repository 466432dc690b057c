/** The bus on disk: a log of numbered messages, which every process that listens reads on in. */
import { randomBytes } from 'node:crypto'
import {
  digest,
  isPromise,
  type Bus,
  type BusListener,
  type Clock,
  type Logger,
  type Undo,
} from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { MessageLog, type LoggedMessage } from './message-log.ts'

export interface DiskBusOptions {
  readonly environment: Environment
  readonly clock: Clock
  readonly logger: Logger
}

/** How often whoever listens looks whether there is something new: a look is one number read from memory. */
const lookMs = 10

/** The same while it cannot be read. */
const againMs = 250

/** For so long after the latest look subscribers vouch for what they know. */
const vouchMs = 1_000

interface Topic {
  readonly name: string
  readonly listeners: Set<BusListener>
}

/** Looks for messages only while somebody listens. Nothing is lost on the way, unless a process sleeps for a very long time. */
export class DiskBus implements Bus {
  readonly #clock: Clock
  readonly #environment: Environment
  readonly #logger: Logger
  readonly #log: MessageLog
  /** By the digest of the name. */
  readonly #topics = new Map<string, Topic>()
  /** Tells this bus's own messages from all others. */
  readonly #origin = randomBytes(12).toString('base64url')
  /** The last message that was read. */
  #seen = 0
  /** Whether `seen` is known to be that. */
  #isStanding = false
  #lookedAt = -Infinity
  #undo: Undo | undefined
  #isClosed = false

  constructor({ environment, clock, logger }: DiskBusOptions) {
    this.#clock = clock
    this.#environment = environment
    this.#logger = logger
    this.#log = new MessageLog(environment)
  }

  publish(topic: string, message: string): void {
    this.#log.append(this.#origin, topic, message)
  }

  subscribe(topic: string, listener: BusListener): Undo {
    if (this.#isClosed) return () => {}
    if (this.#topics.size === 0) this.#begin()
    // Of its own: the same listener may be given twice.
    const own: BusListener = {
      message: (message) => listener.message(message),
      gap: () => listener.gap(),
    }
    const id = digest(topic)
    const heard = this.#topics.get(id) ?? { name: topic, listeners: new Set() }
    this.#topics.set(id, heard)
    heard.listeners.add(own)
    return () => {
      heard.listeners.delete(own)
      if (heard.listeners.size > 0 || this.#topics.get(id) !== heard) return
      this.#topics.delete(id)
      if (this.#topics.size === 0) this.#end()
    }
  }

  isLive(topic: string): boolean {
    return this.#topics.has(digest(topic)) && this.#clock.now() - this.#lookedAt < vouchMs
  }

  /** Nobody is told anything any more. Calling it again does nothing. */
  close(): void {
    this.#isClosed = true
    this.#topics.clear()
    this.#end()
  }

  #begin(): void {
    this.#read()
    this.#lookLater()
  }

  #end(): void {
    this.#undo?.()
    this.#undo = undefined
    this.#isStanding = false
    this.#lookedAt = -Infinity
  }

  #lookLater(): void {
    this.#undo = this.#clock.schedule(this.#isStanding ? lookMs : againMs, this.#look)
  }

  readonly #look = (): void => {
    this.#undo = undefined
    const messages = this.#read()
    if (messages === undefined) this.#tellAll()
    for (const message of messages ?? []) this.#hear(message)
    if (this.#topics.size > 0 && this.#undo === undefined && !this.#isClosed) this.#lookLater()
  }

  /** What is new; undefined when nobody can tell. */
  #read(): readonly LoggedMessage[] | undefined {
    const at = this.#clock.now()
    try {
      this.#environment.refresh()
      const messages = this.#isStanding ? this.#log.after(this.#seen) : undefined
      if (messages === undefined) this.#seen = this.#log.last
      this.#isStanding = true
      this.#lookedAt = at
      return messages
    } catch (error) {
      if (this.#isStanding) this.#logger.error('forebay: disk: the bus cannot be read', error)
      this.#isStanding = false
      this.#lookedAt = -Infinity
      return undefined
    }
  }

  #hear({ number, origin, topic, text }: LoggedMessage): void {
    this.#seen = number
    const heard = this.#topics.get(topic)
    if (heard === undefined || origin === this.#origin) return
    for (const listener of heard.listeners) this.#tell(heard, () => listener.message(text))
  }

  #tellAll(): void {
    for (const topic of this.#topics.values()) {
      for (const listener of topic.listeners) this.#tell(topic, () => listener.gap())
    }
  }

  #tell({ name }: Topic, call: () => unknown): void {
    const failed = (error: unknown): void =>
      this.#logger.error(`forebay: a listener of the bus failed (topic ${name})`, error)
    try {
      const told = call()
      if (isPromise(told)) told.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }
}
