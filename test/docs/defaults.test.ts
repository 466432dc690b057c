/** The tables of docs/options.md tell the defaults that the code has. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
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
import { root } from './code-blocks.ts'

const page = readFileSync(join(root, 'docs/options.md'), 'utf8')

/** Defaults by option, as written in the table below that heading. */
function tableOf(heading: string): Map<string, string> {
  const section = page.split(`## \`${heading}\``)[1]?.split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| (?<options>`[^|]+?) +\| (?<value>[^|]+?) +\|/gm)]
  return new Map(
    rows.flatMap(({ groups }) =>
      [...(groups?.['options'] ?? '').matchAll(/`([^`]+)`/g)].map(([, option]): [string, string] => [
        option ?? '',
        groups?.['value'] ?? '',
      ]),
    ),
  )
}

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
]

describe.each(pages)('%s', (heading, defaults) => {
  const table = tableOf(heading)

  it.each(Object.entries(defaults))('%s defaults to %j', (option, value) => {
    expect(table.get(option)).toBe(`\`${typeof value === 'string' ? `'${value}'` : String(value)}\``)
  })

  it('tells no default that the code does not have', () => {
    const told = [...table].filter(
      ([option, value]) => value.startsWith('`') && !Object.hasOwn(defaults, option),
    )
    expect(told.map(([option]) => option)).toEqual(heading === 'rateLimit' ? ['burst'] : [])
  })
})

it('tells the longest default of negativeTtl', () => {
  expect(tableOf('responseCache').get('negativeTtl')).toContain(longestNegativeTtl)
  expect(tableOf('createCache').get('negativeTtl')).toContain(longestDataNegativeTtl)
})

it.each(Object.entries(redisDefaults))('tells that %s of redisBackend is %j', (option, value) => {
  const row = readFileSync(join(root, 'docs/redis.md'), 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| \`${option}\``))
  expect(row?.split('|')[2]?.trim()).toBe(`\`${typeof value === 'string' ? `'${value}'` : String(value)}\``)
})
