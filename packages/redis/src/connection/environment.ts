/** Where Redis is, as the environment says it. */
import { checkOptions, ForebayError, showValue } from '@forebay/core'
import { readNode } from './nodes.ts'
import type { RedisOptions } from './redis-options.ts'
import { isPrefix } from './settings.ts'
import { highestDb, readUrl } from './url.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Undefined when FOREBAY_REDIS_URL, FOREBAY_REDIS_SENTINELS and FOREBAY_REDIS_CLUSTER are all unset or empty.
 * @throws ForebayError that names the variable, and the node where one is malformed.
 */
export function optionsFromEnvironment(environment: Environment): RedisOptions | undefined {
  const read = (name: string): string | undefined => {
    const value = environment[name]?.trim()
    return value === '' ? undefined : value
  }
  const where = whereFrom(read)
  if (where === undefined) return undefined
  const username = read('FOREBAY_REDIS_USERNAME')
  const password = read('FOREBAY_REDIS_PASSWORD')
  const db = readDb(read('FOREBAY_REDIS_DB'))
  const tls = readTls(read('FOREBAY_REDIS_TLS'))
  const prefix = read('FOREBAY_PREFIX')
  checkOptions('redisBackendFromEnv', { FOREBAY_PREFIX: prefix }, { FOREBAY_PREFIX: isPrefix })
  return {
    ...where,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(db !== undefined && { db }),
    ...(tls !== undefined && { tls }),
    ...(prefix !== undefined && { prefix }),
  }
}

const places = ['FOREBAY_REDIS_URL', 'FOREBAY_REDIS_SENTINELS', 'FOREBAY_REDIS_CLUSTER'] as const

function whereFrom(read: (name: string) => string | undefined): RedisOptions | undefined {
  const [place, ...others] = places.filter((name) => read(name) !== undefined)
  if (place === undefined) return undefined
  if (others.length > 0) {
    throw new ForebayError(
      'FOREBAY_CONFLICTING_OPTIONS',
      `redisBackendFromEnv: ${[place, ...others].join(' and ')} are set. Set one of them.`,
    )
  }
  const value = read(place) ?? ''
  if (place === 'FOREBAY_REDIS_URL') {
    readUrl(value, `redisBackendFromEnv: ${place}`)
    return { url: value }
  }
  const nodes = value.split(',').map((node) => node.trim())
  for (const node of nodes) readNode(`redisBackendFromEnv: ${place}`, node)
  if (place === 'FOREBAY_REDIS_CLUSTER') return { cluster: nodes }
  const name = read('FOREBAY_REDIS_SENTINEL_NAME')
  if (name === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      'redisBackendFromEnv: FOREBAY_REDIS_SENTINELS is set, but FOREBAY_REDIS_SENTINEL_NAME is not. ' +
        "Accepted: what the Sentinels call the master, such as 'mymaster'.",
    )
  }
  return { sentinels: nodes, name }
}

function readDb(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= highestDb) return Number(text)
  throw wrong('FOREBAY_REDIS_DB', text, `a whole number from 0 to ${highestDb}`)
}

function readTls(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (/^(?:true|1|yes|on)$/i.test(text)) return true
  if (/^(?:false|0|no|off)$/i.test(text)) return false
  throw wrong('FOREBAY_REDIS_TLS', text, "'true' or 'false'")
}

function wrong(name: string, text: string, accepted: string): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `redisBackendFromEnv: ${name}: ${showValue(text)} is not accepted. Accepted: ${accepted}.`,
  )
}
