/** The way to Redis: opened on first use, every command with a deadline, none waiting for a server that is away. */
import { Deadlines, type Clock } from '@forebay/core'
import type { Answering } from './answering.ts'
import { endClient } from './end-client.ts'
import { openClient } from './open-client.ts'
import { closed, RedisUnavailable, unavailable } from './redis-unavailable.ts'
import { mayResend, send, type RedisArgument, type RedisClient, type RedisRequest } from './redis-client.ts'
import type { Settings } from './settings.ts'
import { WaitingRoom } from './waiting-room.ts'
import { why } from './why.ts'

export interface ConnectionOptions {
  readonly settings: Settings
  /** The local clock; the server's own is learnt through this connection. */
  readonly clock: Clock
}

/** While nothing arrives, our own connection is replaced by a new one this often. */
const patienceMs = 1_000

/** A client of the user's is not ours to reconnect: it is asked this often whether its server answers again. */
const questionMs = 250

/**
 * After a loss, commands wait for the first attempt to connect again. When that fails, and when a server says nothing for
 * as long as a command may take, they fail at once, until the server is heard again.
 */
export class Connection {
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #waiting: WaitingRoom
  readonly #deadlines: Deadlines
  #client: RedisClient | undefined
  /** Why commands fail at once; undefined while there is hope. */
  #trouble: Error | undefined
  #latestError: Error | undefined
  /** The server refuses the database that was asked for: commands would go to another one. */
  #refusal: Error | undefined
  /** Whether it was ready since it broke last: when it breaks then, one attempt to connect again is worth waiting for. */
  #wasReady = false
  #heardAt = -Infinity
  #isWatching = false
  #isAsking = false
  #isClosed = false
  #closing: Promise<void> | undefined

  constructor({ settings, clock }: ConnectionOptions) {
    this.#settings = settings
    this.#clock = clock
    this.#waiting = new WaitingRoom(clock)
    this.#deadlines = new Deadlines(clock, settings.timeoutMs)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether we made the client. */
  get isOwn(): boolean {
    return this.#settings.target.type !== 'client'
  }

  /** Whether keys belong to slots, and every command goes to the one node of its slot. */
  get isCluster(): boolean {
    const { target } = this.#settings
    return target.type === 'cluster' || (target.type === 'client' && target.client.isCluster)
  }

  /** What commands go through, connected or not. */
  get client(): RedisClient {
    return this.#opened()
  }

  get timeoutMs(): number {
    return this.#settings.timeoutMs
  }

  /** Whether the client is the user's and may send a command again after a break, or long after we gave it up. */
  get mayResend(): boolean {
    const { target } = this.#settings
    return target.type === 'client' && mayResend(target.client)
  }

  /**
   * The reply, texts as Buffers. Rejects after the deadline, and at once while the server is known to be away. A command
   * that was rejected may have run all the same; it is never sent again.
   */
  call(command: string, words: RedisArgument[]): Promise<unknown> {
    return new Promise((answered, failed) => {
      this.send({ command, words }, { answered, failed })
    })
  }

  /** The same without a promise. */
  send(request: RedisRequest, answering: Answering): void {
    if (this.#isClosed) return answering.failed(closed())
    const client = this.#opened()
    if (this.#trouble !== undefined) return answering.failed(this.#trouble)
    if (client.status === 'ready') return this.#send(client, request, answering)
    if (client.status === 'wait') client.connect().catch(ignore)
    this.#whenReady().then(() => this.#send(client, request, answering), answering.failed)
  }

  /** Ends our own connection; a client that was handed in is left as it is. Calling it again does nothing more. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#isClosed = true
    const client = this.#client
    if (client === undefined) return
    this.#waiting.sendAway(closed())
    client.off('ready', this.#becameReady)
    client.off('close', this.#wentAway)
    client.off('end', this.#ended)
    client.off('error', this.#failed)
    if (this.isOwn) await endClient(client, this.#clock)
  }

  #opened(): RedisClient {
    if (this.#client !== undefined) return this.#client
    const { target } = this.#settings
    const client = target.type === 'client' ? target.client : openClient(this.#settings)
    client.on('ready', this.#becameReady)
    client.on('close', this.#wentAway)
    client.on('end', this.#ended)
    client.on('error', this.#failed)
    this.#client = client
    if (client.status === 'end') this.#ended()
    return client
  }

  #send(client: RedisClient, request: RedisRequest, answering: Answering): void {
    const sentAt = this.#clock.now()
    const deadline = this.#deadlines.begin(sentAt, () => {
      this.#missed(client, sentAt)
      answering.failed(
        new RedisUnavailable(`Redis did not answer ${request.command} within ${this.timeoutMs} ms`),
      )
    })
    send(client, request, this.isOwn).then(
      (reply) => {
        const isInTime = this.#deadlines.met(deadline)
        this.#heard()
        if (isInTime) answering.answered(reply)
      },
      (error: unknown) => {
        const isInTime = this.#deadlines.met(deadline)
        const isReply = error instanceof Error && error.name === 'ReplyError'
        if (isReply) this.#heard()
        else this.#learnSlots(client)
        if (!isInTime) return
        answering.failed(isReply ? error : this.#isClosed ? closed() : unavailable(why(error), error))
      },
    )
  }

  #whenReady(): Promise<void> {
    return this.#waiting.wait(this.timeoutMs, () => this.#giveUp(`no connection within ${this.timeoutMs} ms`))
  }

  /**
   * An answer is late. Where others arrived meanwhile, the server is slow; otherwise it is as good as away. In a Cluster one
   * silent node says nothing of the others.
   */
  #missed(client: RedisClient, sentAt: number): void {
    this.#learnSlots(client)
    if (this.#heardAt < sentAt && !this.isCluster) this.#giveUp(`nothing heard for ${this.timeoutMs} ms`)
  }

  /** A node of a Cluster did not answer: its slots may have gone to another one. Does nothing for a single server. */
  #learnSlots(client: RedisClient): void {
    if (!this.#isClosed) client.refreshSlotsCache?.(ignore)
  }

  #heard(): void {
    this.#heardAt = this.#clock.now()
    this.#trouble = undefined
  }

  readonly #becameReady = (): void => {
    if (this.#refusal !== undefined) return
    this.#wasReady = true
    this.#latestError = undefined
    this.#heard()
    this.#waiting.letIn()
  }

  /** The connection broke, or an attempt to make one failed. */
  readonly #wentAway = (): void => {
    this.#refusal = undefined
    if (!this.#wasReady) this.#giveUp('the connection broke')
    this.#wasReady = false
  }

  /** No further attempt is made. */
  readonly #ended = (): void => this.#giveUp('the connection was ended')

  readonly #failed = (error: Error & { readonly command?: { readonly name?: string } }): void => {
    this.#latestError = error
    if (!this.isOwn || error.command?.name !== 'select') return
    this.#refusal = error
    this.#giveUp('the database is refused')
  }

  #giveUp(otherwise: string): void {
    if (this.#isClosed) return
    const cause = this.#latestError
    const reason = cause === undefined ? otherwise : why(cause)
    this.#trouble = unavailable(reason, cause)
    this.#waiting.sendAway(this.#trouble)
    this.#watch()
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#clock.schedule(this.isOwn ? patienceMs : questionMs, () => {
      this.#isWatching = false
      if (this.#trouble === undefined || this.#isClosed || this.#client === undefined) return
      if (this.isOwn) this.#connectAnew(this.#client)
      else this.#ask(this.#client)
      this.#watch()
    })
  }

  /** A connection that is open and silent would stay so for many minutes: it is given up for a new one. */
  #connectAnew(client: RedisClient): void {
    if (client.status === 'ready' || client.status === 'connect') client.disconnect(true)
    if (client.status === 'end') client.connect().catch(ignore)
  }

  #ask(client: RedisClient): void {
    if (client.status !== 'ready' || this.#isAsking) return
    this.#isAsking = true
    const answered = (): void => {
      this.#isAsking = false
    }
    send(client, { command: 'PING', words: [] }, this.isOwn)
      .then(() => this.#heard(), ignore)
      .then(answered, answered)
  }
}

function ignore(): void {}
