/** One connection on which channels are heard, from its opening to its end. It never reconnects: a new link is made instead. */
import type { Clock } from '@forebay/core'
import { endClient } from '../connection/end-client.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { surviveNonsense } from './survive-nonsense.ts'

export interface LinkEvents {
  /** Channels can be subscribed to. */
  readonly ready: () => void
  readonly message: (channel: string, message: string) => void
  /** It is over, for whatever reason. Called once. */
  readonly ended: () => void
}

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
    // The slot of the channels went to another node. ioredis 5 leaves the command that was told so unanswered.
    client.on('moved', this.#finish)
    client.connect().catch(this.#finish)
  }

  /** Resolves when every message from then on will be heard. */
  async subscribe(channel: string): Promise<void> {
    await this.#client.callBuffer('subscribe', [channel])
    if (!this.#isCluster) return
    try {
      await this.#client.callBuffer('ssubscribe', [channel])
    } catch (error) {
      // Servers before Redis 7 have no sharded channels, and publish to the plain one.
      if (!String(error).includes('unknown command')) throw error
    }
  }

  unsubscribe(channel: string): void {
    this.#client.callBuffer('unsubscribe', [channel]).catch(ignore)
    if (this.#isCluster) this.#client.callBuffer('sunsubscribe', [channel]).catch(ignore)
  }

  /** Resolves after everything has been heard that was published before the call: replies and messages come in one order. */
  async ping(): Promise<void> {
    await this.#client.callBuffer('ping', [])
  }

  /** Ends it without calling `ended`. Resolves when nothing of it is left. */
  async close(clock: Clock): Promise<void> {
    this.#isOver = true
    await endClient(this.#client, clock)
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
