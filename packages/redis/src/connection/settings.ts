/** Checked options: where Redis is, and how it is spoken to. */
import type { ConnectionOptions } from 'node:tls'
import {
  checkOptions,
  defaultLogger,
  durationMs,
  harmlessLogger,
  ForebayError,
  isBoolean,
  isInteger,
  isObjectWith,
  isPositiveDuration,
  isSecretText,
  isText,
  type Logger,
  type OptionCheck,
  type OptionChecks,
} from '@forebay/core'
import { readNode, type Node } from './nodes.ts'
import { isRedisClient, type RedisClient } from './redis-client.ts'
import type {
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisOptions,
  RedisSentinelOptions,
  RedisUrlOptions,
} from './redis-options.ts'
import { highestDb, readUrl } from './url.ts'

export const redisDefaults = { prefix: 'forebay:', timeout: 500 } as const

export type Target =
  | { readonly type: 'server'; readonly node: Node }
  | { readonly type: 'sentinels'; readonly nodes: readonly Node[]; readonly name: string }
  | { readonly type: 'cluster'; readonly nodes: readonly Node[] }
  /** Opened, and to be closed, by somebody else. */
  | { readonly type: 'client'; readonly client: RedisClient }

export interface Credentials {
  readonly username: string | undefined
  readonly password: string | undefined
}

export interface Settings {
  readonly target: Target
  readonly user: Credentials
  readonly sentinelUser: Credentials
  readonly db: number
  readonly tls: ConnectionOptions | undefined
  readonly prefix: string
  readonly timeoutMs: number
  /** Infinity: nothing is compressed. */
  readonly compressAbove: number
  readonly logger: Logger
}

/** With braces in it, the prefix would choose the Cluster slot of every key. */
export const isPrefix: OptionCheck = {
  accepts: (value) => typeof value === 'string' && /^[\x21-\x7a|~]{1,64}$/.test(value),
  accepted: 'a text of 1 to 64 printable ASCII characters without spaces and braces',
}

const isTls: OptionCheck = {
  accepts: (value) => isBoolean.accepts(value) || isObjectWith().accepts(value),
  accepted: 'true, false, or an object of options for node:tls',
}

const isNodeList: OptionCheck = {
  accepts: (value) => Array.isArray(value) && value.length > 0,
  accepted: "a list of nodes as 'host:port', at least one",
}

const sharedChecks: OptionChecks = {
  prefix: isPrefix,
  timeout: isPositiveDuration,
  compressAbove: isInteger(0),
  logger: isObjectWith('warn', 'error'),
}

const checks: OptionChecks = {
  url: isSecretText,
  sentinels: isNodeList,
  name: isText,
  sentinelUsername: isText,
  sentinelPassword: isSecretText,
  cluster: isNodeList,
  username: isText,
  password: isSecretText,
  db: isInteger(0, highestDb),
  tls: isTls,
  ...sharedChecks,
}

/** @throws ForebayError for options that are unknown, malformed, missing, or contradict each other. */
export function settingsOf(where: unknown, more: RedisConnectionOptions = {}): Settings {
  if (isRedisClient(where)) {
    checkOptions('redisBackend with a client', more, sharedChecks)
    return settingsWith({ type: 'client', client: where }, more)
  }
  if (typeof where === 'string') {
    checkOptions('redisBackend', more, checks)
    if ('url' in more && more.url !== undefined) throw conflict('url is given twice. Give it once.')
    return settingsOf({ ...more, url: where })
  }
  checkOptions('redisBackend', where, checks)
  checkOptions('redisBackend', more, checks)
  const options = { ...(where as RedisOptions), ...more }
  const [type, ...others] = (['url', 'sentinels', 'cluster'] as const).filter(
    (name) => (options as Readonly<Record<string, unknown>>)[name] !== undefined,
  )
  if (type === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      'redisBackend: nothing says where Redis is. Accepted: url, or sentinels and name, or cluster, or an ioredis client.',
    )
  }
  if (others.length > 0) throw conflict(`${[type, ...others].join(' and ')} are given. Give one of them.`)
  if (type !== 'sentinels') refuseSentinelOptions(options)
  if (type === 'url') return ofUrl(options as RedisUrlOptions)
  return type === 'cluster'
    ? ofCluster(options as RedisClusterOptions)
    : ofSentinels(options as RedisSentinelOptions)
}

function ofUrl(options: RedisUrlOptions): Settings {
  const { node, user, db, tls } = readUrl(options.url)
  if (tls && options.tls === false)
    throw conflict('tls is false, but the url begins with rediss:, which means TLS.')
  return settingsWith({ type: 'server', node }, { ...user, db, tls, ...given(options) })
}

function ofCluster(options: RedisClusterOptions): Settings {
  if ((options.db ?? 0) !== 0) throw conflict('db is given, but a Cluster has only database 0. Leave db out.')
  const nodes = options.cluster.map((text) => readNode('redisBackend: cluster', text))
  return settingsWith({ type: 'cluster', nodes }, options)
}

function ofSentinels(options: RedisSentinelOptions): Settings {
  if (options.name === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      "redisBackend: name is missing. Accepted: what the Sentinels call the master, such as 'mymaster'.",
    )
  }
  const nodes = options.sentinels.map((text) => readNode('redisBackend: sentinels', text))
  return settingsWith({ type: 'sentinels', nodes, name: options.name }, options)
}

type Given = RedisConnectionOptions & Pick<RedisSentinelOptions, 'sentinelUsername' | 'sentinelPassword'>

function settingsWith(target: Target, options: Partial<Given>): Settings {
  const { tls, timeout } = options
  return Object.freeze({
    target,
    user: { username: options.username, password: options.password },
    sentinelUser: { username: options.sentinelUsername, password: options.sentinelPassword },
    db: options.db ?? 0,
    tls: tls === true ? {} : tls === false ? undefined : tls,
    prefix: options.prefix ?? redisDefaults.prefix,
    timeoutMs: durationMs(timeout ?? redisDefaults.timeout, 'timeout'),
    compressAbove: options.compressAbove ?? Infinity,
    logger: harmlessLogger(options.logger ?? defaultLogger),
  })
}

/** What is undefined was not given. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

function refuseSentinelOptions(options: object): void {
  for (const name of ['name', 'sentinelUsername', 'sentinelPassword'] as const) {
    if ((options as Readonly<Record<string, unknown>>)[name] !== undefined) {
      throw conflict(
        `${name} is given, but it belongs to sentinels, which are not. Give sentinels as well, or leave it out.`,
      )
    }
  }
}

function conflict(what: string): ForebayError {
  return new ForebayError('FOREBAY_CONFLICTING_OPTIONS', `redisBackend: ${what}`)
}
