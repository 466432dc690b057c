/** The tables of docs/options.md tell the defaults that the code has. */
import { describe, expect, it } from 'vitest'
import {
  compressedDefaults,
  concurrencyDefaults,
  dataCacheDefaults,
  memoryBackendDefaults,
  presetDefaults,
  rateLimitDefaults,
  memoizeDefaults,
  responseCacheDefaults,
  writeBehindDefaults,
  writeThroughDefaults,
} from '../../packages/core/src/gate/defaults.ts'
import { tieredBackendDefaults } from '../../packages/core/src/tiers/tiered-backend.ts'
import { diskBackendDefaults } from '../../packages/disk/src/disk-backend.ts'
import { redisDefaults } from '../../packages/redis/src/connection/settings.ts'
import { tableOf } from './option-tables.ts'

const { cookies, requestDirectives, setCookie } = presetDefaults.safe
// Bounds that are no options.
const { maxSleepers: _, ...limiterDefaults } = rateLimitDefaults
const { staleOnError: __, longestNegativeTtl, ...cacheDefaults } = responseCacheDefaults

const { maxWaiting: ___, ...queueDefaults } = writeBehindDefaults

const { longestNegativeTtl: longestDataNegativeTtl, ...dataDefaults } = dataCacheDefaults

const pages: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['rateLimit', limiterDefaults],
  ['concurrencyLimit', concurrencyDefaults],
  ['responseCache', { ...cacheDefaults, cookies, requestDirectives, setCookie }],
  ['createCache', dataDefaults],
  ['memoryBackend', memoryBackendDefaults],
  ['diskBackend', diskBackendDefaults],
  ['tieredBackend', tieredBackendDefaults],
  ['writeThrough', writeThroughDefaults],
  ['writeBehind', queueDefaults],
  ['memoize', memoizeDefaults],
  ['compressed', compressedDefaults],
]

describe.each(pages)('%s', (heading, defaults) => {
  const table = tableOf(heading)

  it.each(Object.entries(defaults))('%s defaults to %j', (option, value) => {
    expect(table.get(option)?.byDefault).toBe(
      `\`${typeof value === 'string' ? `'${value}'` : String(value)}\``,
    )
  })

  it('tells no default that the code does not have', () => {
    const told = [...table].filter(
      ([option, { byDefault }]) => byDefault.startsWith('`') && !Object.hasOwn(defaults, option),
    )
    expect(told.map(([option]) => option)).toEqual(heading === 'rateLimit' ? ['burst'] : [])
  })
})

it('tells the longest default of negativeTtl', () => {
  expect(tableOf('responseCache').get('negativeTtl')?.byDefault).toContain(longestNegativeTtl)
  expect(tableOf('createCache').get('negativeTtl')?.byDefault).toContain(longestDataNegativeTtl)
})

it.each(Object.entries(redisDefaults))('tells that %s of redisBackend is %j', (option, value) => {
  expect(tableOf('redisBackend').get(option)?.byDefault).toBe(
    `\`${typeof value === 'string' ? `'${value}'` : String(value)}\``,
  )
})
