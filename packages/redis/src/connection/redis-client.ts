/** As much of ioredis as is used here: versions 5 and 6, a single connection and a Cluster alike. */
import type { Redis } from 'ioredis'
import { WrittenCommand } from './written-command.ts'

/** A word of a command. */
export type RedisArgument = string | Buffer | number

export interface RedisRequest {
  /** In small letters, as ioredis has them: otherwise it converts the name several times per call. */
  readonly command: string
  readonly words: RedisArgument[]
  /** The words as the protocol has them, where that is known. */
  readonly written?: string | undefined
}

/** The options of a client that matter here. */
export interface RedisClientOptions {
  readonly autoResendUnfulfilledCommands?: boolean | undefined
  readonly enableOfflineQueue?: boolean | undefined
  readonly enableAutoPipelining?: boolean | undefined
  /** Of a Cluster, in ms; 0: commands whose connection broke are not sent again. */
  readonly retryDelayOnFailover?: number | undefined
  /** Whole numbers of replies are strings then. */
  readonly stringNumbers?: boolean | undefined
  /** Of a Cluster: the options of its nodes. */
  readonly redisOptions?: { readonly stringNumbers?: boolean | undefined } | undefined
}

/** An ioredis `Redis` or `Cluster`. */
export interface RedisClient {
  readonly status: string
  readonly isCluster: boolean
  readonly options?: RedisClientOptions
  callBuffer(command: string, args: RedisArgument[]): Promise<unknown>
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  /** Of a Cluster: asks again which node has which slots. */
  refreshSlotsCache?(answered: () => void): void
  // oxlint-disable-next-line typescript/no-explicit-any -- what a listener is given depends on the event
  on(event: string, listener: (...args: any[]) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  off(event: string, listener: (...args: any[]) => void): unknown
}

/** Whether somebody made this client with ioredis; its class may come from another copy of the package. */
export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false
  const client = value as Partial<RedisClient>
  return typeof client.callBuffer === 'function' && typeof client.status === 'string'
}

/**
 * Texts of the reply are Buffers, whole numbers are numbers.
 * @param isOwn whether we made the client: then nothing changes the words on their way, and it is of this copy of ioredis.
 */
export function send(client: RedisClient, request: RedisRequest, isOwn: boolean): Promise<unknown> {
  if (isOwn) return sendWritten(client, request)
  const reply = sendAsItIs(client, request)
  const { stringNumbers, redisOptions } = client.options ?? {}
  return (stringNumbers ?? redisOptions?.stringNumbers) === true ? reply.then(withNumbers) : reply
}

function sendWritten(client: RedisClient, { command, words, written }: RedisRequest): Promise<unknown> {
  if (written === undefined) return client.callBuffer(command, words)
  const redis = client as unknown as Redis
  return redis.sendCommand(new WrittenCommand(command, words, written)) as Promise<unknown>
}

/** For `stringNumbers`: texts are Buffers, so what is a string was a number. */
function withNumbers(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(withNumbers)
  return typeof reply === 'string' ? Number(reply) : reply
}

function sendAsItIs(client: RedisClient, { command, words }: RedisRequest): Promise<unknown> {
  if (client.options?.enableAutoPipelining !== true) return client.callBuffer(command, words)
  // With automatic pipelines, `call` loses the name of its command, and throws where nobody can catch it.
  const methods = client as unknown as Record<string, (words: RedisArgument[]) => Promise<unknown>>
  return methods[`${command.toLowerCase()}Buffer`]?.(words) ?? client.callBuffer(command, words)
}

/** Whether a command may be sent twice, or late out of the offline queue. By ioredis' defaults every client does both. */
export function mayResend({ isCluster, options = {} }: RedisClient): boolean {
  if (options.enableOfflineQueue !== false) return true
  return isCluster ? options.retryDelayOnFailover !== 0 : options.autoResendUnfulfilledCommands !== false
}
