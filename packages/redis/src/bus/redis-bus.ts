/** The bus on Redis: messages by pub/sub, numbered, so that none is missed without anybody noticing. */
import { randomBytes } from 'node:crypto'
import type { Bus, BusListener, Clock, Undo } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import type { Settings } from '../connection/settings.ts'
import { BusConnection } from './bus-connection.ts'
import { channelOf, counterOf } from './channels.ts'
import { publishScript, readFrame } from './frame.ts'
import { databaseOf } from './subscriber.ts'
import { Topic } from './topic.ts'

export interface RedisBusOptions {
  readonly settings: Settings
  /** The ordinary connection: messages are published on it. */
  readonly connection: Connection
  /** The clock of this process. */
  readonly clock: Clock
}

/** A topic is live for so long after its latest good check: a second, less what callers may remember the answer for (10 ms). */
const vouchMs = 980

/**
 * Opens a connection of its own with the first subscription, and ends it with the last one. While that connection is broken,
 * and while messages may be missing for any other reason, `gap()` is called again and again, four times a second.
 */
export class RedisBus implements Bus {
  readonly #settings: Settings
  readonly #db: number
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #hearing: BusConnection
  readonly #topics = new Map<string, Topic>()
  readonly #byChannel = new Map<string, Topic>()
  /** Tells this bus's own messages from all others. */
  readonly #origin = randomBytes(12).toString('base64url')
  #isClosed = false

  constructor(options: RedisBusOptions) {
    this.#settings = options.settings
    this.#db = databaseOf(options.settings)
    this.#connection = options.connection
    this.#clock = options.clock
    this.#hearing = new BusConnection({
      ...options,
      topics: () => this.#byChannel.values(),
      message: (channel, text) => this.#heard(channel, text),
    })
  }

  /** Rejects when Redis did not answer in time; the message may have been published all the same. */
  async publish(topic: string, message: string): Promise<void> {
    const { channel, counter } = this.#namesOf(topic)
    const command = this.#connection.isCluster ? 'SPUBLISH' : 'PUBLISH'
    await runScript(this.#connection, publishScript, {
      keys: [counter],
      words: [channel, command, JSON.stringify(this.#origin), JSON.stringify(message)],
    })
  }

  subscribe(topic: string, listener: BusListener): Undo {
    if (this.#isClosed) return () => {}
    // An object of its own, because the same listener may be given twice.
    const own: BusListener = {
      message: (message) => listener.message(message),
      gap: () => listener.gap(),
    }
    const known = this.#topics.get(topic)
    const heard = known ?? this.#topicOf(topic)
    heard.add(own)
    if (known === undefined) this.#hearing.begin(heard)
    return () => {
      heard.remove(own)
      if (!heard.isDeserted || this.#topics.get(topic) !== heard) return
      this.#topics.delete(topic)
      this.#byChannel.delete(heard.channel)
      this.#hearing.end(heard)
    }
  }

  isLive(topic: string): boolean {
    const heard = this.#topics.get(topic)
    return heard !== undefined && this.#clock.now() - heard.vouchedAt < vouchMs
  }

  /** No listener is called any more. Calling it again does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#topics.clear()
    this.#byChannel.clear()
    await this.#hearing.close()
  }

  #topicOf(name: string): Topic {
    const { logger } = this.#settings
    const topic = new Topic({
      ...this.#namesOf(name),
      failed: (error) => logger.error(`forebay: a listener of the bus failed (topic ${name})`, error),
    })
    this.#topics.set(name, topic)
    this.#byChannel.set(topic.channel, topic)
    return topic
  }

  #namesOf(topic: string): { readonly channel: string; readonly counter: string } {
    const { prefix } = this.#settings
    return { channel: channelOf(prefix, this.#db, topic), counter: counterOf(prefix, topic) }
  }

  #heard(channel: string, text: string): void {
    const topic = this.#byChannel.get(channel)
    if (topic === undefined) return
    const frame = readFrame(text)
    if (frame === undefined) topic.message(text)
    else topic.heard(frame, frame.origin === this.#origin)
  }
}
