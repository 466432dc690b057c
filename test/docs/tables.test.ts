/** What the docs list besides options is what there is: error codes, reasons, events, statistics, algorithms. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createCache,
  createConcurrencyLimiter,
  createRateLimiter,
  createResponseCache,
  writeBehind,
} from '@forebay/core'
import { reasons } from '../../packages/core/src/response-cache/reasons.ts'
import { root } from './code-blocks.ts'

const cache = createCache({ namespace: 'docs' })
const limiter = createRateLimiter({ limit: 1, window: '1m' })
const responses = createResponseCache()

/** Words between backticks in the first cell, and in the rest, of each row below a heading. */
function rowsOf(page: string, heading?: string): (readonly [first: string[], rest: string[]])[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const section = heading === undefined ? text : (text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => {
      const [, first = '', ...rest] = line.split('|')
      return [wordsIn(first), wordsIn(rest.join('|'))]
    })
}

function wordsIn(text: string): string[] {
  return [...text.matchAll(/`([\w-]+)`/g)].map(([, word]) => word ?? '')
}

it('troubleshooting.md has every code of an error', () => {
  const source = readFileSync(join(root, 'packages/core/src/kit/forebay-error.ts'), 'utf8')
  const codes = [...source.matchAll(/^ +\| '(FOREBAY_\w+)'/gm)].map(([, code = '']) => code)
  const told = rowsOf('troubleshooting.md', 'Errors').flatMap(([first]) => first)
  expect(told.toSorted()).toEqual(codes.toSorted())
})

it('troubleshooting.md has every reason for which nothing is stored', () => {
  const all = Object.keys(reasons)
  const whyNotStored = all
    .slice(0, all.indexOf('miss'))
    .filter((code) => !['method', 'unknown-key'].includes(code))
  const told = rowsOf('troubleshooting.md', 'Nothing is cached').flatMap(([first]) => first)
  expect(told.filter((code) => code !== 'detail').toSorted()).toEqual(whyNotStored.toSorted())
})

describe('watching.md', () => {
  const rows = rowsOf('watching.md')

  it.each([
    ['LimiterEvents', ['limiter', 'all']],
    ['CacheEvents', ['caches', 'all']],
    ['DataCacheEvents', ['caches', 'all']],
  ])('has all %s', (name, whose) => {
    const text = readFileSync(join(root, 'docs/watching.md'), 'utf8')
    const told = text
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, , of = '']) => whose.includes(of))
      .flatMap(([, events = '']) => wordsIn(events))
    expect(told.toSorted()).toEqual(eventsOf(name).toSorted())
  })

  it.each([
    ['a limiter', limiter],
    ['a response cache', responses],
    ['a data cache', cache],
    ['a concurrency limiter', createConcurrencyLimiter({ max: 1 })],
    ['a write-behind queue', writeBehind(cache, { flush: () => {} })],
  ])('has what stats() of %s tells', (_name, source) => {
    const fields = Object.keys(source.stats()).toSorted()
    expect(rows.map(([, rest]) => rest.toSorted())).toContainEqual(fields)
  })
})

/** As their type says. */
function eventsOf(name: string): string[] {
  const source = readFileSync(join(root, 'packages/core/src/ports/events.ts'), 'utf8')
  const body = new RegExp(String.raw`interface ${name} \{([^}]+)\}`).exec(source)?.[1] ?? ''
  return [...body.matchAll(/^ {2}'?([\w-]+)'?:/gm)].map(([, event = '']) => event)
}
