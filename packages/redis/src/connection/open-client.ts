/** Our own connections: nothing waits in a queue, nothing is sent twice, nobody waits long for a reconnect. */
import ioredis, { Cluster, type ClusterOptions, type Redis, type RedisOptions } from 'ioredis'
import type { Node } from './nodes.ts'
import type { RedisClient } from './redis-client.ts'
import type { Settings } from './settings.ts'

/** As all versions of ioredis 5 and 6 name it: before 5.2.5 there is no `Redis` among its exports. */
const { default: Client } = ioredis

/** How long opening a connection may take. Short, so that a host that drops packets is soon asked again. */
const connectTimeoutMs = 1_000

const keepAliveMs = 5_000

/** How long the server has to close a connection that we end; then it is cut. */
const disconnectTimeoutMs = 100

const longestReconnectMs = 250

/** A client that is not connected yet. Its errors are listened to: an `error` event without a listener would end the process. */
export function openClient(settings: Settings): RedisClient {
  const client = make(settings) as unknown as RedisClient
  client.on('error', ignore)
  return client
}

/** A client of one Sentinel, or one node of a Cluster, that tries to connect once. It has not begun yet. */
export function openNode(settings: Settings, node: Node): RedisClient {
  const isSentinel = settings.target.type === 'sentinels'
  const user = isSentinel ? settings.sentinelUser : settings.user
  return new Client({
    ...node,
    ...redisOptions({ ...settings, user, db: 0 }),
    retryStrategy: () => null,
  })
}

function make(settings: Settings): Redis | Cluster {
  const { target } = settings
  if (target.type === 'client') throw new TypeError('a client that is there already is not opened')
  if (target.type === 'cluster') return new Cluster([...target.nodes], clusterOptions(settings))
  if (target.type === 'server') return new Client({ ...target.node, ...redisOptions(settings) })
  return new Client({
    sentinels: [...target.nodes],
    name: target.name,
    ...sentinelOptions(settings),
    ...redisOptions(settings),
  })
}

function sentinelOptions({ sentinelUser: { username, password }, tls }: Settings): RedisOptions {
  return {
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(tls !== undefined && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    sentinelCommandTimeout: connectTimeoutMs,
    sentinelRetryStrategy: reconnectDelayMs,
  }
}

function redisOptions({ user, db, tls }: Settings): RedisOptions {
  return {
    ...(user.username !== undefined && { username: user.username }),
    ...(user.password !== undefined && { password: user.password }),
    ...(tls !== undefined && { tls }),
    db,
    // IPv4 and IPv6: up to 5.7, ioredis looked names up for IPv4 alone.
    family: 0,
    lazyConnect: true,
    connectionName: 'forebay',
    enableOfflineQueue: false,
    // A command whose connection broke may have run: sent again, it would count twice.
    autoResendUnfulfilledCommands: false,
    // Commands without an answer fail as soon as the connection breaks.
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    autoResubscribe: false,
    noDelay: true,
    keepAlive: keepAliveMs,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: disconnectTimeoutMs,
    maxLoadingRetryTime: longestReconnectMs,
    retryStrategy: reconnectDelayMs,
    // READONLY: the master has become a replica, and a new connection finds the new master. 1: do not send the command again.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  }
}

function clusterOptions(settings: Settings): ClusterOptions {
  const {
    db: _only0,
    retryStrategy: _ofOneServer,
    reconnectOnError: _moved,
    ...node
  } = redisOptions(settings)
  return {
    redisOptions: node,
    // ioredis would connect to the address that a name stands for, and a certificate is for the name.
    ...(settings.tls !== undefined && { dnsLookup: asItIs }),
    lazyConnect: true,
    // The first command to a node opens the connection to it: without a queue it would be refused.
    enableOfflineQueue: true,
    enableAutoPipelining: false,
    clusterRetryStrategy: reconnectDelayMs,
    slotsRefreshTimeout: connectTimeoutMs,
    // CLUSTERDOWN says that nothing ran, but it lasts longer than callers wait: not tried again.
    retryDelayOnClusterDown: 0,
    // TRYAGAIN: several keys of a slot that moves. The caller should hear of it soon, because it then asks key by key.
    retryDelayOnTryAgain: 1,
    maxRedirections: 8,
    // A command whose node is lost may have run: sent to another node, it would count twice.
    retryDelayOnFailover: 0,
  }
}

/** Leaves it to the socket to look a name up. */
function asItIs(name: string, found: (error: null, address: string) => void): void {
  found(null, name)
}

/** At once the first time, then ever slower, and never so slow that an end of the outage goes unnoticed for long. */
function reconnectDelayMs(attempt: number): number {
  return Math.min(longestReconnectMs, 10 * 2 ** Math.min(attempt - 1, 10))
}

function ignore(): void {}
