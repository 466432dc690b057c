/** The way to Redis: opened on first use, every command with a deadline, none waiting for a server that is away. */
import { ForebayError, type Clock } from '@forebay/core'
import { openClient } from './open-client.ts'
import { RedisUnavailable } from './redis-unavailable.ts'
import type { RedisArgument, RedisClient } from './redis-client.ts'
import type { Settings } from './settings.ts'

export interface ConnectionOptions {
  readonly settings: Settings
  /** The local clock; the server's own is learnt through this connection. */
  readonly clock: Clock
}

interface Waiting {
  readonly ready: () => void
  readonly failed: (error: Error) => void
}

/** How often a connection on which nothing arrives is given up for a new one, as long as nothing arrives there either. */
const patienceMs = 1_000

/**
 * After a loss, commands wait for the first attempt to connect again. When that fails, and when a server says nothing for
 * as long as a command may take, they fail at once, until the server is heard again.
 */
export class Connection {
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  #client: RedisClient | undefined
  /** Why commands fail at once; undefined while there is hope. */
  #trouble: Error | undefined
  #latestError: Error | undefined
  #wasReady = false
  #heardAt = -Infinity
  #isWatching = false
  #isClosed = false

  constructor({ settings, clock }: ConnectionOptions) {
    this.#settings = settings
    this.#clock = clock
  }

  /** Whether keys belong to slots, and every command goes to the one node of its slot. */
  get isCluster(): boolean {
    const { target } = this.#settings
    return target.type === 'cluster' || (target.type === 'client' && target.client.isCluster)
  }

  /**
   * The reply, texts as Buffers. Rejects after the deadline, and at once while the server is known to be away. A command
   * that was rejected may have run all the same; it is never sent again.
   */
  call(command: string, words: RedisArgument[]): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closed())
    const client = this.#opened()
    if (this.#trouble !== undefined) return Promise.reject(this.#trouble)
    if (client.status === 'ready') return this.#send(client, command, words)
    if (client.status === 'wait') client.connect().catch(ignore)
    return this.#whenReady().then(() => this.#send(client, command, words))
  }

  /** Ends our own connection; a client that was handed in is left as it is. Calling it again does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const client = this.#client
    if (client === undefined) return
    this.#dismiss(closed())
    client.off('ready', this.#becameReady)
    client.off('close', this.#wentAway)
    client.off('error', this.#failed)
    if (this.#settings.target.type === 'client') return
    // Between two attempts there is nothing that could end.
    const isOpen = client.status !== 'end' && client.status !== 'reconnecting'
    const ended = new Promise<void>((resolve) => {
      client.on('end', resolve)
      this.#clock.schedule(patienceMs, resolve)
    })
    client.disconnect()
    if (isOpen) await ended
  }

  #opened(): RedisClient {
    if (this.#client !== undefined) return this.#client
    const { target } = this.#settings
    const client = target.type === 'client' ? target.client : openClient(this.#settings)
    client.on('ready', this.#becameReady)
    client.on('close', this.#wentAway)
    client.on('error', this.#failed)
    this.#client = client
    return client
  }

  #send(client: RedisClient, command: string, words: RedisArgument[]): Promise<unknown> {
    const { timeoutMs } = this.#settings
    const sentAt = this.#clock.now()
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(timeoutMs, () => {
        this.#missed(client, sentAt)
        reject(new RedisUnavailable(`Redis did not answer ${command} within ${timeoutMs} ms`))
      })
      client.callBuffer(command, words).then(
        (reply) => {
          cancel()
          this.#heard()
          resolve(reply)
        },
        (error: unknown) => {
          cancel()
          if (error instanceof Error && error.name === 'ReplyError') this.#heard()
          else client.refreshSlotsCache?.(ignore)
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
  }

  #whenReady(): Promise<void> {
    const { timeoutMs } = this.#settings
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        ready: () => {
          cancel()
          resolve()
        },
        failed: (error) => {
          cancel()
          reject(error)
        },
      }
      const cancel = this.#clock.schedule(timeoutMs, () =>
        this.#giveUp(`no connection within ${timeoutMs} ms`),
      )
      this.#waiting.add(waiting)
    })
  }

  /** An answer is late. Where others arrive meanwhile the server is slow, otherwise it is as good as away. */
  #missed(client: RedisClient, sentAt: number): void {
    client.refreshSlotsCache?.(ignore)
    if (this.#heardAt < sentAt && !this.isCluster) {
      this.#giveUp(`nothing heard for ${this.#settings.timeoutMs} ms`)
    }
  }

  #heard(): void {
    this.#heardAt = this.#clock.now()
    this.#trouble = undefined
  }

  readonly #becameReady = (): void => {
    this.#wasReady = true
    this.#latestError = undefined
    this.#heard()
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const { ready } of waiting) ready()
  }

  /** The connection broke, or an attempt to make one failed. */
  readonly #wentAway = (): void => {
    if (!this.#wasReady) this.#giveUp(this.#latestError?.message ?? 'the connection broke')
    // After a loss, one attempt is worth waiting for.
    this.#wasReady = false
  }

  readonly #failed = (error: Error): void => {
    this.#latestError = error
  }

  #giveUp(reason: string): void {
    if (this.#isClosed) return
    this.#trouble = new RedisUnavailable(`Redis is not available: ${reason}`, { cause: this.#latestError })
    this.#dismiss(this.#trouble)
    this.#watch()
  }

  #dismiss(error: Error): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const { failed } of waiting) failed(error)
  }

  /** A connection that is open and silent would stay so for many minutes: it is given up for a new one. */
  #watch(): void {
    if (this.#isWatching || this.#settings.target.type === 'client') return
    this.#isWatching = true
    this.#clock.schedule(patienceMs, () => {
      this.#isWatching = false
      if (this.#trouble === undefined || this.#isClosed) return
      if (this.#client?.status === 'ready' || this.#client?.status === 'connect')
        this.#client.disconnect(true)
      this.#watch()
    })
  }
}

function closed(): ForebayError {
  return new ForebayError('FOREBAY_CLOSED', 'The Redis backend is closed.')
}

function ignore(): void {}
