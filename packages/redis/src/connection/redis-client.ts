/** As much of ioredis as is used here: versions 5 and 6, a single connection and a Cluster alike. */

export type RedisArgument = string | Buffer | number

/** How a client was made, as far as that matters here. */
export interface RedisClientOptions {
  readonly autoResendUnfulfilledCommands?: boolean | undefined
  readonly enableOfflineQueue?: boolean | undefined
  readonly enableAutoPipelining?: boolean | undefined
  /** Of a Cluster; 0: commands whose connection broke are not sent again. */
  readonly retryDelayOnFailover?: number | undefined
  /** Whole numbers are read as texts. */
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

/** Texts of the reply are Buffers, whole numbers are numbers. */
export function send(client: RedisClient, command: string, words: RedisArgument[]): Promise<unknown> {
  const reply = sendAsItIs(client, command, words)
  const { stringNumbers, redisOptions } = client.options ?? {}
  return (stringNumbers ?? redisOptions?.stringNumbers) === true ? reply.then(withNumbers) : reply
}

/** What is a string then, and no Buffer, was a number. */
function withNumbers(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(withNumbers)
  return typeof reply === 'string' ? Number(reply) : reply
}

function sendAsItIs(client: RedisClient, command: string, words: RedisArgument[]): Promise<unknown> {
  if (client.options?.enableAutoPipelining !== true) return client.callBuffer(command, words)
  // With automatic pipelines, `call` loses the name of its command, and throws where nobody can catch it.
  const methods = client as unknown as Record<string, (words: RedisArgument[]) => Promise<unknown>>
  return methods[`${command.toLowerCase()}Buffer`]?.(words) ?? client.callBuffer(command, words)
}

/** By ioredis' defaults, every client does. */
export function mayResend({ isCluster, options = {} }: RedisClient): boolean {
  if (options.enableOfflineQueue !== false) return true
  return isCluster ? options.retryDelayOnFailover !== 0 : options.autoResendUnfulfilledCommands !== false
}
