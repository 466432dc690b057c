import { parseList as referenceList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { parseDictionary, parseList } from '../../../packages/core/src/kit/structured-field.ts'
import { cacheStatusValue } from '../../../packages/core/src/response-cache/cache-status.ts'
import {
  fieldsByName,
  freshenedFields,
  isSameAsStored,
} from '../../../packages/core/src/response-cache/freshen.ts'
import {
  groupsOf,
  invalidatedGroups,
  taggedBy,
} from '../../../packages/core/src/response-cache/response-tags.ts'
import { cookiesSetInside, fieldsToStore } from '../../../packages/core/src/response-cache/stored-fields.ts'

const rules = { outside: {}, excluded: [], storesSetCookie: false }
const namesStored = (fields: Record<string, string | string[]>, more: object = {}): string[] =>
  fieldsToStore(fields, { ...rules, ...more }).map(([name]) => name)

describe('fields that are stored', () => {
  it('are the end-to-end ones', () => {
    const hopByHop = [
      'connection',
      'keep-alive',
      'proxy-authenticate',
      'proxy-authentication-info',
      'te',
      'trailer',
    ]
    const others = ['proxy-connection', 'transfer-encoding', 'upgrade']
    const fields = Object.fromEntries([...hopByHop, ...others, 'etag'].map((name) => [name, 'x']))
    expect(namesStored(fields)).toEqual(['etag'])
  })

  it('are not those that Connection names, but for those that carry the cache’s own orders', () => {
    expect(namesStored({ connection: 'X-Hop, close', 'x-hop': '1', 'x-end': '2' })).toEqual(['x-end'])
    expect(namesStored({ connection: 'cache-control, set-cookie', 'cache-control': 'private' })).toEqual([
      'cache-control',
    ])
  })

  it.each([
    'ratelimit',
    'ratelimit-policy',
    'ratelimit-limit',
    'x-ratelimit-limit',
    'x-ratelimit-anything',
    'retry-after',
    'age',
    'cache-status',
    'x-request-id',
  ])('are not %s', (name) => {
    expect(namesStored({ [name]: '1', etag: '"a"' })).toEqual(['etag'])
  })

  it('are not those that stood before, unless they were changed', () => {
    const outside = { 'x-outer': '1', 'x-changed': '1', link: ['a', 'b'] }
    expect(namesStored({ ...outside, 'x-changed': '2', 'x-inner': '3' }, { outside })).toEqual([
      'x-changed',
      'x-inner',
    ])
  })

  it('are not those that qualified directives exclude', () => {
    expect(namesStored({ 'x-user': 'alice', etag: '"a"' }, { excluded: ['x-user'] })).toEqual(['etag'])
  })

  it('are not cookies, or where told so only those set inside', () => {
    const fields = { 'set-cookie': ['a=1', 'b=2'] }
    const outside = { 'set-cookie': 'a=1' }
    expect(fieldsToStore(fields, { ...rules, outside })).toEqual([])
    expect(fieldsToStore(fields, { ...rules, outside, storesSetCookie: true })).toEqual([
      ['set-cookie', ['b=2']],
    ])
    expect(cookiesSetInside({ 'set-cookie': 'a=1' }, {})).toEqual(['a=1'])
    expect(cookiesSetInside({ 'set-cookie': ['a=1'] }, { 'set-cookie': ['a=1'] })).toEqual([])
  })
})

describe('a 304 from the handler', () => {
  const stored = [
    ['etag', '"a"'],
    ['content-type', 'text/plain'],
    ['x-kept', '1'],
    ['x-old', '1'],
  ] as const

  it('brings fields up to date, but none that tell how the stored bytes are to be read', () => {
    const brought = [
      ['x-old', '2'],
      ['x-new', '3'],
      ['content-type', 'text/html'],
      ['content-length', '0'],
      ['content-encoding', 'gzip'],
      ['content-range', 'bytes 0-1/2'],
    ] as const
    expect(fieldsByName(freshenedFields(stored, brought))).toEqual({
      etag: '"a"',
      'content-type': 'text/html',
      'x-kept': '1',
      'x-old': '2',
      'x-new': '3',
    })
  })

  it.each([
    [{ etag: '"a"' }, true],
    [{ etag: '"b"' }, false],
    [{}, true],
    [{ 'last-modified': 'x' }, true],
    [{ 'content-length': '7' }, true],
  ])('a HEAD with %j tells of the stored response: %s', (head, isSame) => {
    expect(isSameAsStored(head, stored)).toBe(isSame)
    expect(isSameAsStored({ 'content-length': '7' }, [['content-length', '8']])).toBe(false)
  })
})

describe('tags', () => {
  it('are named in Cache-Tag and Surrogate-Key', () => {
    expect(taggedBy({ 'cache-tag': 'a, b ,,c', 'surrogate-key': ' d  e\ta ' })).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ])
    expect(taggedBy({ 'cache-tag': ['a', 'b'] })).toEqual(['a', 'b'])
    expect(taggedBy({})).toEqual([])
  })

  it('are bounded in number and length', () => {
    expect(taggedBy({ 'cache-tag': Array.from({ length: 1_000 }, (_, index) => `t${index}`) })).toHaveLength(
      128,
    )
    expect(taggedBy({ 'cache-tag': `${'x'.repeat(513)}, a` })).toEqual(['a'])
  })

  it('groups are Lists of Strings, and nothing else', () => {
    expect(groupsOf({ 'cache-groups': '"a", "B b";x=1' })).toEqual(['a', 'B b'])
    expect(groupsOf({ 'cache-groups': '"a", b' })).toEqual([])
    expect(groupsOf({ 'cache-groups': '"a' })).toEqual([])
    expect(invalidatedGroups({ 'cache-group-invalidation': ['"a"', '"b"'] })).toEqual(['a', 'b'])
  })
})

describe('structured fields', () => {
  it.each([
    ['', []],
    ['a', ['token a']],
    [
      '"a\\"b", ?1, 5, -5, 1.5, :aGk=:, @5',
      ['string a"b', 'boolean true', 'integer 5', 'integer -5', 'decimal 1.5', 'bytes aGk=', 'date 5'],
    ],
    ['(a "b");x=1, c', ['inner-list undefined', 'token c']],
    ['a;b=c;d, e', ['token a', 'token e']],
  ])('%s', (text, items) => {
    expect(parseList(text)?.map(({ type, value }) => `${type} ${String(value)}`)).toEqual(items)
  })

  it.each([
    'a,',
    ',a',
    'a b',
    '"a',
    '"\u00e9"',
    '1.',
    '.5',
    '1234567890123456',
    '?2',
    ':a',
    '(a',
    'a;',
    'a;=1',
    'a\n',
  ])('%j is no List, as a reference parser says too', (text) => {
    expect(parseList(text)).toBeUndefined()
    expect(() => referenceList(text)).toThrow()
  })

  it('Dictionaries: the last of one key counts', () => {
    expect([...(parseDictionary('a=1, b, a=2') ?? [])]).toEqual([
      ['b', { type: 'boolean', value: true }],
      ['a', { type: 'integer', value: 2 }],
    ])
    for (const text of ['A=1', 'a = 1', 'a=', '=1', 'a=1 b=2', 'a=1,'])
      expect(parseDictionary(text)).toBeUndefined()
    expect(parseDictionary('__proto__=1')).toBeUndefined()
  })
})

describe('Cache-Status', () => {
  it.each([
    [{ hit: true, ttl: 297 }, 'forebay; hit; ttl=297'],
    [{ fwd: 'uri-miss', stored: true }, 'forebay; fwd=uri-miss; stored'],
    [{ fwd: 'stale', fwdStatus: 304 }, 'forebay; fwd=stale; fwd-status=304'],
    [{ fwd: 'vary-miss' }, 'forebay; fwd=vary-miss'],
    [{ fwd: 'bypass' }, 'forebay; fwd=bypass'],
    [{ fwd: 'method' }, 'forebay; fwd=method'],
    [{ fwd: 'uri-miss', collapsed: true }, 'forebay; fwd=uri-miss; collapsed'],
    [
      { hit: true, ttl: -4, detail: 'stale-while-revalidate' },
      'forebay; hit; ttl=-4; detail=stale-while-revalidate',
    ],
  ] as const)('%j', (status, value) => {
    expect(cacheStatusValue('forebay', status, undefined)).toBe(value)
    expect(referenceList(value)).toHaveLength(1)
  })

  it('comes after what other caches have said', () => {
    expect(cacheStatusValue('forebay', { hit: true }, 'cdn; fwd=miss')).toBe('cdn; fwd=miss, forebay; hit')
    expect(cacheStatusValue('forebay', { hit: true }, ['a; hit', 'b; hit'])).toBe(
      'a; hit, b; hit, forebay; hit',
    )
  })
})
