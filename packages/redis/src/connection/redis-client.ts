/** As much of ioredis as is used here: versions 5 and 6, a single connection and a Cluster alike. */

export type RedisArgument = string | Buffer | number

/** An ioredis `Redis` or `Cluster`. */
export interface RedisClient {
  readonly status: string
  readonly isCluster: boolean
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
