import { describe, expect, it } from 'vitest'
import {
  keptTarget,
  primaryKey,
  type QueryRule,
} from '../../../packages/core/src/response-cache/primary-key.ts'
import {
  hasContent,
  hasRewritingField,
  shapingFields,
} from '../../../packages/core/src/response-cache/unkeyed-input.ts'
import {
  labelsNamedBy,
  labelsOfTarget,
  originForm,
} from '../../../packages/core/src/response-cache/url-labels.ts'

describe('the target in the key', () => {
  it.each<[string, QueryRule, string]>([
    ['/a', true, '/a'],
    ['/a?', true, '/a'],
    ['/a?b=1', true, '/a?b=1'],
    ['/a?b=1&a=2', true, '/a?a=2&b=1'],
    ['/a?b=2&a=1&b=1', true, '/a?a=1&b=2&b=1'],
    ['/a?b=1&&a=2&', true, '/a?a=2&b=1'],
    ['/a?b', true, '/a?b'],
    ['/a?b=', true, '/a?b='],
    ['/a?a=1?b=2', true, '/a?a=1?b=2'],
    ['/a?b=1', false, '/a'],
    ['/a?utm_source=x&a=1', { ignore: ['utm_source'] }, '/a?a=1'],
    ['/a?utm%5Fsource=x&a=1', { ignore: ['utm_source'] }, '/a?a=1'],
    ['/a?utm_source=x', { ignore: ['utm_source'] }, '/a'],
    ['/a?a=1&b=2&c=3', ['c', 'a'], '/a?a=1&c=3'],
    ['/a?%61=1', ['a'], '/a?%61=1'],
    // One list to those parsers: its order may matter.
    ['/a?c=0&b[]=2&b=1&[b]=3', true, '/a?b[]=2&b=1&[b]=3&c=0'],
    ['/a?b=1&a=0&b%5B%5D=2', true, '/a?a=0&b=1&b%5B%5D=2'],
    ['/a?a+b=1', ['a b'], '/a?a+b=1'],
    // What a parser of nested parameters reads as `id` is `id`.
    ['/a?id[]=1&x[id]=2&ids=3', ['id'], '/a?id[]=1'],
    ['/a?id[a][b]=1', ['id'], '/a?id[a][b]=1'],
    ['/a?id%5B%5D=1', ['id'], '/a?id%5B%5D=1'],
    ['/a?[id]=1', ['id'], '/a?[id]=1'],
    ['/a?%5Bid%5D=1', ['id'], '/a?%5Bid%5D=1'],
    ['/a?id]=1', ['id'], '/a?id]=1'],
    ['/a?utm[]=1', { ignore: ['utm'] }, '/a?utm[]=1'],
    ['/a?%zz=1', true, '/a?%zz=1'],
    ['/a?%zz=1&b=1', ['b'], '/a?b=1'],
    // The path is the path as received: what is routed apart is kept apart.
    ['/A/../b//c;d%2Fe%00', true, '/A/../b//c;d%2Fe%00'],
  ])('%s under %j: %s', (target, rule, kept) => {
    expect(keptTarget(target, rule)).toBe(kept)
  })
})

describe('the primary key', () => {
  const parts = { method: 'GET', scheme: 'http', host: 'a', target: '/', partition: undefined, extras: [] }

  it('is the same for HEAD as for GET', () => {
    expect(primaryKey({ ...parts, method: 'HEAD' })).toBe(primaryKey(parts))
  })

  it.each([
    { scheme: 'https' },
    { host: 'b' },
    { target: '/a' },
    { partition: '' },
    { partition: 'x' },
    { extras: [''] },
    { extras: [undefined] },
    { extras: ['x'] },
    { extras: ['x', undefined] },
  ])('tells %j apart from the plain one', (other) => {
    expect(primaryKey({ ...parts, ...other })).not.toBe(primaryKey(parts))
  })

  it('has a bounded length, and still tells long targets apart', () => {
    const long = '/x'.repeat(100_000)
    expect(primaryKey({ ...parts, target: long }).length).toBeLessThan(400)
    expect(primaryKey({ ...parts, target: long })).not.toBe(primaryKey({ ...parts, target: `${long}y` }))
  })
})

describe('inputs that no key tells of', () => {
  it.each([
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-original-url',
    'x-rewrite-url',
  ])('%s passes the cache by', (name) => {
    expect(hasRewritingField({ [name]: '' })).toBe(true)
  })

  it('content passes the cache by', () => {
    expect(hasContent({ 'content-length': '1' })).toBe(true)
    expect(hasContent({ 'transfer-encoding': 'chunked' })).toBe(true)
    expect(hasContent({ 'content-length': '0' })).toBe(false)
    expect(hasContent({})).toBe(false)
  })

  it.each([
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-scheme',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-host',
  ])('%s is part of the key', (name) => {
    expect(shapingFields({ [name]: 'evil' })).toEqual([name, 'evil'])
  })
})

describe('the labels of a URL', () => {
  it('are found again under every rule by which a query is read', () => {
    const rules: QueryRule[] = [true, false, { ignore: ['utm_source'] }]
    for (const rule of rules) {
      const labels = labelsOfTarget('Shop.test', '/a?b=2&a=1&utm_source=x', rule)
      for (const url of ['/a?a=1&b=2&utm_source=x', 'http://shop.test/a?a=1&b=2&utm_source=x#top']) {
        const named = labelsNamedBy(url, rules)
        expect(labels.some((label) => named.includes(label))).toBe(true)
      }
    }
    expect(labelsNamedBy('http://other.test/a', [true])).not.toEqual(
      expect.arrayContaining([labelsOfTarget('shop.test', '/a', true)[1]]),
    )
  })

  it.each([
    ['/a?b', '/a?b'],
    ['http://shop.test/a?b', '/a?b'],
    ['http://shop.test', '/'],
    ['http://shop.test?x', '/?x'],
    ['*', '/'],
  ])('the target %s is of the path %s', (target, path) => {
    expect(originForm(target)).toBe(path)
  })
})
