import { describe, expect, it } from 'vitest'
import {
  fieldsByName,
  freshenedFields,
  isSameAsStored,
  validates,
} from '../../../packages/core/src/response-cache/freshen.ts'
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

  it('are of Cache-Status those members that did not stand before', () => {
    const fields = { 'cache-status': ['edge; hit', 'up; fwd=miss'] }
    expect(fieldsToStore(fields, { ...rules, outside: { 'cache-status': 'edge; hit' } })).toEqual([
      ['cache-status', 'up; fwd=miss'],
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
    [{}, true],
    [{ etag: '"a"' }, true],
    [{ etag: ['"a"'] }, true],
    [{ etag: 'W/"a"' }, true],
    [{ etag: '"b"' }, false],
    [{ etag: 'W/"b"' }, false],
    [{ 'last-modified': 'then' }, true],
    [{ 'last-modified': 'later' }, false],
    // The ETag knows better.
    [{ etag: '"a"', 'last-modified': 'later' }, true],
    [{ etag: '"b"', 'last-modified': 'then' }, false],
  ])('with %j tells of the stored response: %s', (fields, isTold) => {
    expect(validates(fields, [...stored, ['last-modified', 'then']])).toBe(isTold)
  })

  it('with a validator that the stored response lacks tells of another', () => {
    expect(validates({ etag: '"a"' }, [['last-modified', 'then']])).toBe(false)
    expect(validates({ 'last-modified': 'then' }, [['etag', '"a"']])).toBe(false)
  })
})

describe('a response to HEAD', () => {
  const stored = [
    ['etag', '"a"'],
    ['content-length', '7'],
  ] as const

  it.each([
    [{}, true],
    [{ etag: '"a"', 'content-length': '7' }, true],
    [{ etag: ['"a"'] }, true],
    [{ etag: '"b"' }, false],
    [{ etag: 'W/"a"' }, false],
    [{ 'content-length': '8' }, false],
    [{ etag: '"a"', 'content-length': '8' }, false],
    [{ 'last-modified': 'x' }, false],
  ])('with %j tells of the stored response: %s', (head, isSame) => {
    expect(isSameAsStored(head, stored)).toBe(isSame)
  })
})
