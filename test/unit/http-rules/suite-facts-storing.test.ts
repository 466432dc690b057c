/** What the public suite of tests for HTTP caches (http-tests/cache-tests) expects of storing. */
import { describe, expect, it } from 'vitest'
import { secondaryKey, varyNames } from '../../../packages/core/src/response-cache/secondary-key.ts'
import { at, cached, expectReused } from './reuse-by-rules.ts'

describe('a status with explicit freshness', () => {
  const statuses = [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599]
  expectReused(statuses.map((status) => [cached('max-age=3600'), true, { status }]))
  expectReused(statuses.map((status) => [cached('max-age=2'), false, { status }]))
})

describe('a status with Last-Modified alone', () => {
  const guessable = { 'last-modified': at(-24 * 60 * 60), date: at(0) }
  expectReused([200, 203, 204, 404, 405, 410, 414, 501].map((status) => [guessable, true, { status }]))
  expectReused([201, 202, 403, 502, 503, 504, 599].map((status) => [guessable, false, { status }]))
  expectReused([[{ ...guessable, 'cache-control': 'public' }, true, { status: 599 }]])
})

describe('a request with Authorization', () => {
  const isAuthorized = true
  expectReused([
    [{ expires: at(3_600), date: at(0) }, false, { isAuthorized }],
    [cached('max-age=3600'), false, { isAuthorized }],
    [cached('max-age=3600, public'), true, { isAuthorized }],
    [cached('max-age=3600, must-revalidate'), true, { isAuthorized }],
    [cached('s-maxage=3600'), true, { isAuthorized }],
  ])
})

describe('CDN-Cache-Control', () => {
  const targeted = (value: string, more: object = {}) => ({ 'cdn-cache-control': value, ...more })
  expectReused([
    [targeted('max-age=3600'), true],
    [targeted('max-age=2147483648'), true],
    [targeted('max-age=99999999999'), true],
    [targeted('foobar, max-age=3600'), true],
    [targeted('max-age=0', { expires: at(10_000), date: at(0) }), false],
    [targeted('max-age=3600', { age: '7200', date: at(0) }), false],
    [targeted('max-age=3600', { expires: at(-10_000), date: at(0) }), true],
    [targeted('max-age=3600', { expires: '0', date: at(0) }), true],
    [targeted('max-age=3600', { 'cache-control': 'max-age=1' }), true],
    [targeted('max-age=1', { 'cache-control': 'max-age=3600' }), false],
    [targeted('max-age=10000', { 'cache-control': 'no-store' }), true],
    [targeted('private', { 'cache-control': 'max-age=10000', expires: at(10_000) }), false],
    [targeted('no-cache', { 'cache-control': 'max-age=10000', expires: at(10_000) }), false],
    [targeted('no-store', { 'cache-control': 'max-age=10000', expires: at(10_000) }), false],
    // No Dictionary, or one with a wrong type: the field is ignored.
    [targeted('max-age =100', { 'cache-control': 'max-age=1' }), false],
    [targeted('max-age= 100', { 'cache-control': 'max-age=1' }), false],
    [targeted('max-age=10000, &&&&&', { 'cache-control': 'no-store' }), false],
    [targeted('max-age="10000"', { 'cache-control': 'no-store' }), false],
    [targeted('MaX-aGe=3600', { 'cache-control': 'no-store' }), false],
  ])
})

describe('Vary', () => {
  expectReused(
    ['*', '*, *', ['*', '*'], ', *', ['', '*'], '*, Foo', 'Foo, *'].map((vary) => [
      cached('max-age=5000', { vary }),
      false,
    ]),
  )

  const foo = { foo: '1', bar: 'abc', baz: '789' }

  it.each<[string, string, Record<string, string | string[]>, boolean]>([
    ['matches', 'Foo', { foo: '1', other: '3' }, true],
    ['differs', 'Foo', { foo: '2' }, false],
    ['is left out', 'Foo', {}, false],
    ['matches in two', 'Foo, Bar', { foo: '1', bar: 'abc' }, true],
    ['differs in one of two', 'Foo, Bar', { foo: '2', bar: 'abc' }, false],
    ['matches in three', 'Foo, Bar, Baz', { baz: '789', bar: 'abc', foo: '1' }, true],
    ['differs in one of three', 'Foo, Bar, Baz', { foo: '1', bar: 'abcde', baz: '789' }, false],
  ])('tells requests apart: one that %s', (_how, vary, asked, isMatch) => {
    const names = varyNames(vary) as readonly string[]
    expect(secondaryKey(names, asked) === secondaryKey(names, foo)).toBe(isMatch)
  })

  it.each<[string, string | string[], string | string[]]>([
    ['foo', '1, 2', ['1', '2']],
    ['accept-language', 'en, de', 'eN, De'],
    ['accept-language', 'en, de', ' en ,   de'],
  ])('takes what means the same for the same: %s', (name, one, other) => {
    expect(secondaryKey([name], { [name]: one })).toBe(secondaryKey([name], { [name]: other }))
  })

  it('matches where both requests left a field out', () => {
    const names = ['bar', 'foo']
    expect(secondaryKey(names, { foo: '1' })).toBe(secondaryKey(names, { foo: '1', baz: '2' }))
  })
})
