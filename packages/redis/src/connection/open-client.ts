/** Our own connections: nothing waits in a queue, nothing is sent twice, nobody waits long for a reconnect. */
import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis'
import type { Node } from './nodes.ts'
import type { RedisClient } from './redis-client.ts'
import type { Settings } from './settings.ts'

/** How long opening a connection may take; a host that drops packets is asked again that often. */
const connectTimeoutMs = 1_000

const keepAliveMs = 5_000

/** How long a server that is left may take to say goodbye. */
const disconnectTimeoutMs = 100

const longestReconnectMs = 250

/** The connection is not opened yet. Listens to errors: an `error` event that nobody hears would end the process. */
export function openClient(settings: Settings): RedisClient {
  const client = make(settings) as unknown as RedisClient
  client.on('error', ignore)
  return client
}

/** One Sentinel or one node of a Cluster by itself: a single attempt to connect, not begun yet. */
export function openNode(settings: Settings, node: Node): RedisClient {
  const isSentinel = settings.target.type === 'sentinels'
  const user = isSentinel ? settings.sentinelUser : settings.user
  return new Redis({
    ...node,
    ...redisOptions({ ...settings, user, db: 0 }),
    retryStrategy: () => null,
  })
}

function make(settings: Settings): Redis | Cluster {
  const { target } = settings
  if (target.type === 'client') throw new TypeError('a client that is there already is not opened')
  if (target.type === 'cluster') return new Cluster([...target.nodes], clusterOptions(settings))
  if (target.type === 'server') return new Redis({ ...target.node, ...redisOptions(settings) })
  return new Redis({
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
    // The master that it was is a replica now: connect anew, to where the master is. 1: without sending again.
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
    // The connection to a node is opened by the first command to it: what follows at once waits for that, or is refused.
    enableOfflineQueue: true,
    enableAutoPipelining: false,
    clusterRetryStrategy: reconnectDelayMs,
    slotsRefreshTimeout: connectTimeoutMs,
    // These answers say that nothing ran, but by then nobody waits any more.
    retryDelayOnClusterDown: 0,
    // While a slot moves, several keys of it cannot be asked of together: who asked is to hear so soon, and asks one by one.
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
