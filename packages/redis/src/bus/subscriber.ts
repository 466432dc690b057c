/** The bus has a connection of its own, because on one that subscribes no other commands are possible. */
import type { Connection } from '../connection/connection.ts'
import { openClient } from '../connection/open-client.ts'
import type { RedisClient, RedisClientOptions } from '../connection/redis-client.ts'
import type { Settings } from '../connection/settings.ts'
import { busSlot } from './channels.ts'

/** What an ioredis `Redis` has beside. */
interface SingleClient extends RedisClient {
  readonly options: RedisClientOptions & {
    readonly host?: string
    readonly port?: number
    readonly db?: number
  }
  duplicate(changes: object): RedisClient
}

/** What an ioredis `Cluster` has beside. */
interface ClusterClient extends RedisClient {
  /** Of each slot the nodes as `host:port`, the master first. */
  readonly slots: readonly (readonly string[] | undefined)[]
  nodes(role: 'all'): readonly SingleClient[]
}

/** What differs from the client that it is a duplicate of, which may be the user's: it ends for good as soon as it breaks. */
const changes = {
  lazyConnect: true,
  connectionName: 'forebay-bus',
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  // Names of channels have our prefix already.
  keyPrefix: '',
  connectTimeout: 1_000,
  disconnectTimeout: 100,
  retryStrategy: null,
}

/** Not connected yet. Undefined while it is not known which node of a Cluster to ask. */
export function openSubscriber(settings: Settings, connection: Connection): RedisClient | undefined {
  if (connection.isCluster) return nodeOfBus(connection)?.duplicate(changes)
  const { target } = settings
  // Of our own, one more client is made that is never connected: only its options are wanted.
  const like = target.type === 'client' ? target.client : openClient(settings)
  return (like as SingleClient).duplicate(changes)
}

/** The database that commands go to. */
export function databaseOf({ target, db }: Settings): number {
  if (target.type !== 'client') return db
  return target.client.isCluster ? 0 : ((target.client as SingleClient).options.db ?? 0)
}

/** `host:port` of the Cluster node that has the channels; undefined without a Cluster, and while its nodes are not known. */
export function ownerOfBus(connection: Connection): string | undefined {
  if (!connection.isCluster) return undefined
  return (connection.client as ClusterClient).slots[busSlot]?.[0]
}

function nodeOfBus(connection: Connection): SingleClient | undefined {
  const owner = ownerOfBus(connection)
  return (connection.client as ClusterClient)
    .nodes('all')
    .find(({ options: { host, port } }) => owner === `${host}:${port}`)
}
