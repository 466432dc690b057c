/** One connection on which channels are heard, from its opening to its end; after that another one is made. */
import type { Clock } from '@forebay/core'
import type { RedisClient } from '../connection/redis-client.ts'
import { surviveNonsense } from './survive-nonsense.ts'

export interface LinkEvents {
  /** Channels can be asked for. */
  readonly ready: () => void
  readonly message: (channel: string, message: string) => void
  /** It is over, for whatever reason. Called once. */
  readonly ended: () => void
}

/** How long the end of a connection is waited for at most. */
const patienceMs = 1_000

export class Link {
  readonly #client: RedisClient
  readonly #events: LinkEvents
  readonly #isCluster: boolean
  #isOver = false

  /** @param isCluster whether channels may belong to slots. */
  constructor(client: RedisClient, isCluster: boolean, events: LinkEvents) {
    this.#client = client
    this.#events = events
    this.#isCluster = isCluster
    surviveNonsense(client)
    client.on('error', ignore)
    client.on('ready', this.#becameReady)
    client.on('message', this.#heard)
    client.on('smessage', this.#heard)
    client.on('close', this.#finish)
    client.on('end', this.#finish)
    // The slot went to another node. ioredis 5 leaves the command unanswered.
    client.on('moved', this.#finish)
    client.connect().catch(this.#finish)
  }

  /** Resolves when every message from then on is heard. */
  async subscribe(channel: string): Promise<void> {
    await this.#client.callBuffer('subscribe', [channel])
    if (!this.#isCluster) return
    try {
      await this.#client.callBuffer('ssubscribe', [channel])
    } catch (error) {
      // Servers before Redis 7 have no such channels: then messages come on the other one.
      if (!String(error).includes('unknown command')) throw error
    }
  }

  unsubscribe(channel: string): void {
    this.#client.callBuffer('unsubscribe', [channel]).catch(ignore)
    if (this.#isCluster) this.#client.callBuffer('sunsubscribe', [channel]).catch(ignore)
  }

  /** Resolves after everything that was published before has been heard. */
  async ping(): Promise<void> {
    await this.#client.callBuffer('ping', [])
  }

  /** Ends it, without the event. Resolves when nothing of it is left. */
  async close(clock: Clock): Promise<void> {
    this.#isOver = true
    const isOpen = this.#client.status !== 'end' && this.#client.status !== 'wait'
    const ended = new Promise<void>((resolve) => {
      this.#client.on('end', resolve)
      clock.schedule(patienceMs, resolve)
    })
    this.#client.disconnect()
    if (isOpen) await ended
  }

  readonly #becameReady = (): void => {
    if (!this.#isOver) this.#events.ready()
  }

  readonly #heard = (channel: string, message: string): void => {
    if (!this.#isOver) this.#events.message(channel, message)
  }

  readonly #finish = (): void => {
    if (this.#isOver) return
    this.#isOver = true
    this.#client.disconnect()
    this.#events.ended()
  }
}

function ignore(): void {}
