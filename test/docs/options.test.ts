/** The tables of options name every option that the code accepts, no other, and each word that one of them accepts. */
import { describe, expect, it } from 'vitest'
import { optionsOf, wordsOf } from './known-options.ts'
import { optionsPage, tableOf } from './option-tables.ts'

const inFastify = [...tableOf('in Fastify').keys()]

/** Doors whose options are those of a table. */
const tables = [
  'rateLimit',
  'concurrencyLimit',
  'responseCache',
  'createCache',
  'memoryBackend',
  'tieredBackend',
  'diskBackend',
  'redisBackend',
  'writeThrough',
  'writeBehind',
  'compressed',
]

describe.each(tables)('%s', (name) => {
  it('has a row for every option, and no row for another', async () => {
    expect([...tableOf(name).keys()].toSorted()).toEqual((await optionsOf(name)).toSorted())
  })
})

/** Doors whose options are some of a table, and how the page says which. */
const parts: readonly (readonly [door: string, table: string, options: (all: string[]) => string[]])[] = [
  ['createConcurrencyLimiter', 'concurrencyLimit', (all) => without(all, 'skip', 'limiter')],
  ['rateLimit in Fastify', 'rateLimit', (all) => [...all, ...inFastify]],
  ['concurrencyLimit in Fastify', 'concurrencyLimit', (all) => [...all, ...inFastify]],
  ['responseCache in Fastify', 'responseCache', (all) => [...all, 'global']],
  ['getOrLoad', 'createCache', (all) => fromTo(all, 'ttl', 'hardTimeout')],
  ['set', 'createCache', (all) => fromTo(all, 'ttl', 'staleIfError')],
]

it.each(parts)('%s takes what the page says', async (door, table, options) => {
  expect((await optionsOf(door)).toSorted()).toEqual(options([...tableOf(table).keys()]).toSorted())
})

it('memoize takes its own options and those of getOrLoad', async () => {
  const own = without([...tableOf('memoize').keys()], 'cache')
  expect((await optionsOf('memoize')).toSorted()).toEqual(
    [...own, ...(await optionsOf('getOrLoad'))].toSorted(),
  )
})

it.each([
  ['createRateLimiter', /`createRateLimiter` takes(?<list>[^.]*)\./],
  ['update', /`limiter\.update` takes(?<list>[^.]*)\./],
])('tells what %s takes', async (door, sentence) => {
  const list = sentence.exec(optionsPage())?.groups?.['list'] ?? ''
  const told = [...list.matchAll(/`(\w+)`/g)].map(([, option = '']) => option)
  expect(told.toSorted()).toEqual((await optionsOf(door)).toSorted())
})

it.each([
  ['policies', 'rateLimit'],
  ['delay', 'rateLimit'],
  ['escalate', 'rateLimit'],
  ['key', 'responseCache'],
])('tells what %s of %s holds', async (option, table) => {
  const { line = '' } = tableOf(table).get(option) ?? {}
  const told = /\{ ([^}]+) \}/.exec(line)?.[1]?.split(', ')
  expect(told?.toSorted()).toEqual((await optionsOf(option)).toSorted())
})

it.each([
  ['rateLimit', 'rateLimit'],
  ['responseCache', 'responseCache'],
  ['rateLimit in Fastify', 'in Fastify'],
])('tells every word that options of %s accept', async (door, table) => {
  const words: string[] = []
  for (const [option, { line }] of tableOf(table)) {
    for (const word of await wordsOf(door, option)) {
      words.push(word)
      expect(line, option).toContain(`'${word}'`)
    }
  }
  expect(words.length).toBeGreaterThan(2)
})

function without(all: string[], ...some: string[]): string[] {
  return all.filter((option) => !some.includes(option))
}

function fromTo(all: string[], first: string, last: string): string[] {
  return all.slice(all.indexOf(first), all.indexOf(last) + 1)
}
