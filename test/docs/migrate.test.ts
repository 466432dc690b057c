/** Who comes from another library finds each of its options, and is told of options of ours that exist. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { optionsOf } from './known-options.ts'
import { peerOptions } from './peer-options.ts'

/** What stands in the second column beside options: methods, values, fields of a decision, of other functions and plugins. */
const others = new Set(
  (
    'createResponseCache createRateLimiter createConcurrencyLimiter createCache memoryBackend redisBackend diskBackend ' +
    'limiter consume peek refund reset unblock on remaining retryAfterMs prefix config false true factor ignore ' +
    'callback maxBytes cache app req ctx String responseCache rateLimit invalidateTags invalidateRoute invalidatePrefix clear ' +
    'NODE_DEBUG Cache'
  ).split(' '),
)

const ofOurs = [
  'rateLimit in Fastify',
  'concurrencyLimit',
  'responseCache',
  'memoryBackend',
  'key',
  'policies',
]

describe.each(Object.entries(peerOptions()))('coming from %s', (name, options) => {
  const rows = readFileSync(new URL(`../../docs/migrate/${name}.md`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

  it.each([...new Set(options)])('finds %s', (option) => {
    const word = new RegExp(String.raw`[^\w-]${option}[^\w-]`)
    expect(rows.some((cells) => word.test(cells.join(' ')))).toBe(true)
  })

  it('is told of options that exist', async () => {
    const known = new Set([...others, ...(await Promise.all(ofOurs.map(optionsOf))).flat()])
    const told = rows.flatMap(([, , right = '']) =>
      [...right.matchAll(/(?<!\.)`([a-zA-Z]\w*)/g)].map(([, option]) => option ?? ''),
    )
    expect(told.length).toBeGreaterThan(5)
    expect(told.filter((option) => !known.has(option))).toEqual([])
  })
})
