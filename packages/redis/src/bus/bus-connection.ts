/** Keeps topics heard: opens a link, another one when it breaks, and checks all the time that no message is missing. */
import type { Clock, Undo } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { Settings } from '../connection/settings.ts'
import { Link } from './link.ts'
import { openSubscriber, ownerOfBus } from './subscriber.ts'
import type { Topic } from './topic.ts'

export interface BusConnectionOptions {
  readonly settings: Settings
  /** The ordinary connection: counters are asked for on it. */
  readonly connection: Connection
  readonly clock: Clock
  /** Those that are to be heard now. Asked again each time, because it changes. */
  readonly topics: () => Iterable<Topic>
  readonly message: (channel: string, text: string) => void
}

const checkMs = 250

/** In checks: how long a link may take to open, and to answer, and for how long a refused topic is not asked for again. */
const patience = { opening: 8, answering: 2, refused: 8 } as const

const longestRetryMs = 250

export class BusConnection {
  readonly #options: BusConnectionOptions
  /** Undefined between two connections. */
  #link: Link | undefined
  #isReady = false
  /** In a Cluster, the node that the link goes to: the master of the slot of all channels. */
  #owner: string | undefined
  #attempts = 0
  /** Checks since the link was opened; once it is ready, since the latest `PING`. */
  #waited = 0
  #isPinging = false
  #isCounting = false
  /** Their subscriptions are on the way. */
  readonly #asked = new Set<Topic>()
  /** In how many checks each is asked for again. */
  readonly #refused = new Map<Topic, number>()
  /** Undefined while nothing is to be heard. */
  #stopChecks: Undo | undefined
  #stopRetry: Undo | undefined

  constructor(options: BusConnectionOptions) {
    this.#options = options
  }

  begin(topic: Topic): void {
    if (this.#stopChecks !== undefined) return this.#ask(topic)
    this.#scheduleCheck()
    void this.#open()
  }

  /** Ends the connection as well when nothing is to be heard any more. */
  end(topic: Topic): void {
    this.#refused.delete(topic)
    topic.lost()
    if ([...this.#options.topics()].length === 0) void this.close()
    else if (this.#isReady) this.#link?.unsubscribe(topic.channel)
  }

  /** Resolves when nothing is left of it. Another `begin` begins anew. */
  async close(): Promise<void> {
    this.#stopChecks?.()
    this.#stopChecks = undefined
    this.#stopRetry?.()
    this.#stopRetry = undefined
    this.#refused.clear()
    await this.#drop()
  }

  async #open(): Promise<void> {
    const { settings, connection } = this.#options
    this.#stopRetry = undefined
    let client: RedisClient | undefined
    try {
      // ioredis knows the nodes of a Cluster only after a first command.
      if (connection.isCluster) await this.#counts([...this.#options.topics()])
      if (this.#stopChecks === undefined || this.#link !== undefined) return
      client = openSubscriber(settings, connection)
    } catch {
      // Nothing to tell: whoever uses the ordinary connection hears what is wrong.
    }
    if (client === undefined) return this.#retry()
    this.#owner = ownerOfBus(connection)
    this.#waited = 0
    this.#link = new Link(client, connection.isCluster, {
      ready: () => this.#becameReady(),
      message: this.#options.message,
      ended: () => this.#renew(),
    })
  }

  #becameReady(): void {
    this.#isReady = true
    for (const topic of this.#options.topics()) this.#ask(topic)
  }

  #ask(topic: Topic): void {
    const link = this.#link
    if (link === undefined || !this.#isReady || topic.isStanding || this.#asked.has(topic)) return
    this.#asked.add(topic)
    this.#subscribe(link, topic).then(
      (counted) => {
        if (link !== this.#link) return
        this.#asked.delete(topic)
        this.#attempts = 0
        topic.stands(this.#options.clock.now(), counted)
      },
      (error: unknown) => {
        if (link !== this.#link) return
        this.#asked.delete(topic)
        if (error instanceof Error && error.name === 'ReplyError') this.#refuse(topic, error)
        else this.#renew()
      },
    )
  }

  /** Resolves with the counter from before the subscription, so that whatever is published in between shows as missing. */
  async #subscribe(link: Link, topic: Topic): Promise<number | undefined> {
    const [counted] = await this.#counts([topic]).catch(() => [])
    if (!topic.isDeserted) await link.subscribe(topic.channel)
    return counted
  }

  /** The server answered with an error, such as a missing right. It is asked again later, because rights may change. */
  #refuse(topic: Topic, error: unknown): void {
    if (!this.#refused.has(topic)) {
      this.#options.settings.logger.warn(`forebay: Redis refuses to subscribe to ${topic.channel}`, error)
    }
    this.#refused.set(topic, patience.refused)
  }

  #scheduleCheck(): void {
    this.#stopChecks = this.#options.clock.schedule(checkMs, () => {
      this.#scheduleCheck()
      this.#check()
    })
  }

  #check(): void {
    let isBehind = false
    for (const topic of this.#options.topics()) isBehind = topic.checked() || isBehind
    if (this.#link === undefined) return
    this.#waited++
    const isLate = this.#isReady
      ? this.#isPinging && this.#waited > patience.answering
      : this.#waited > patience.opening
    if (isBehind || isLate || this.#owner !== ownerOfBus(this.#options.connection)) return this.#renew()
    if (!this.#isReady) return
    this.#askAgain()
    if (!this.#isPinging && !this.#isCounting) this.#question(this.#link)
  }

  #askAgain(): void {
    for (const [topic, checks] of this.#refused) {
      this.#refused.set(topic, checks - 1)
      if (checks === 0) this.#ask(topic)
    }
  }

  /** Whatever was published before the question is heard before the answer of the same connection. */
  #question(link: Link): void {
    const sentAt = this.#options.clock.now()
    const asked = [...this.#options.topics()].filter(({ isStanding }) => isStanding)
    const seen = asked.map((topic) => topic.seen)
    this.#waited = 0
    this.#isPinging = true
    const pong = link.ping().then(() => {
      if (link === this.#link) this.#isPinging = false
    })
    this.#isCounting = true
    const counted = this.#counts(asked).finally(() => {
      this.#isCounting = false
    })
    Promise.all([counted, pong]).then(
      ([numbers]) => {
        if (link !== this.#link) return
        for (const [index, topic] of asked.entries()) {
          topic.counted({ number: numbers[index] ?? 0, sentAt, seen: seen[index] })
        }
      },
      // Without an answer nothing is vouched for; `Topic.checked` notices that.
      () => {},
    )
  }

  async #counts(topics: readonly Topic[]): Promise<readonly number[]> {
    if (topics.length === 0) return []
    const counters = topics.map(({ counter }) => counter)
    const replies = await this.#options.connection.call('MGET', counters)
    return Array.isArray(replies) ? replies.map((reply: unknown) => Number(reply)) : []
  }

  /** Replaces the link by a new one. */
  #renew(): void {
    void this.#drop()
    this.#retry()
  }

  async #drop(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    this.#isReady = false
    this.#isPinging = false
    this.#asked.clear()
    for (const topic of this.#options.topics()) topic.lost()
    await link?.close(this.#options.clock)
  }

  #retry(): void {
    if (this.#stopChecks === undefined || this.#stopRetry !== undefined) return
    const delayMs = this.#attempts === 0 ? 0 : Math.min(longestRetryMs, 10 * 2 ** this.#attempts)
    this.#attempts = Math.min(this.#attempts + 1, 10)
    this.#stopRetry = this.#options.clock.schedule(delayMs, () => void this.#open())
  }
}
