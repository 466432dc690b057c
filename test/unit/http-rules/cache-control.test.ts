import { describe, expect, it } from 'vitest'
import {
  requestDirectives,
  responseDirectives,
  type ResponseDirectives,
} from '../../../packages/core/src/response-cache/cache-control.ts'

const nothing: ResponseDirectives = {
  noStore: false,
  isPrivate: false,
  privateFields: [],
  noCache: false,
  noCacheFields: [],
  isPublic: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  mustUnderstand: false,
  maxAge: undefined,
  sMaxage: undefined,
  staleWhileRevalidate: undefined,
  staleIfError: undefined,
  isMalformed: false,
}

describe('Cache-Control of a response', () => {
  it.each<[string | readonly string[], Partial<ResponseDirectives>]>([
    ['', {}],
    [',,, ,', {}],
    ['max-age=60', { maxAge: 60 }],
    ['MAX-AGE=60', { maxAge: 60 }],
    ['  max-age=60\t', { maxAge: 60 }],
    ['max-age="60"', { maxAge: 60 }],
    ['max-age= 60', { maxAge: 60 }],
    ['max-age =60', { maxAge: 60 }],
    ['max-age=007', { maxAge: 7 }],
    ['max-age=99999999999999999999', { maxAge: 2 ** 31 }],
    ['max-age', { maxAge: 0 }],
    ['max-age=', { maxAge: 0 }],
    ['max-age=1.5', { maxAge: 0 }],
    ['max-age=-1', { maxAge: 0 }],
    ['max-age=+1', { maxAge: 0 }],
    ['max-age=1e3', { maxAge: 0 }],
    ['max-age=0x10', { maxAge: 0 }],
    ['max-age=60s', { maxAge: 0 }],
    ['max-age=٣', { maxAge: 0 }],
    ['max-age=60, max-age=30', { maxAge: 30 }],
    ['max-age=60, max-age=x', { maxAge: 0 }],
    [['max-age=60', 's-maxage=5'], { maxAge: 60, sMaxage: 5 }],
    ['s-maxage=5', { sMaxage: 5 }],
    ['xmax-age=60', {}],
    ['max-agex=60', {}],
    ['max_age=60', {}],
    ['a="max-age=60"', {}],
    ['a="b, max-age=60, c", max-age=5', { maxAge: 5 }],
    ['a="b\\", no-store", max-age=5', { maxAge: 5 }],
    ['no-store', { noStore: true }],
    ['No-Store', { noStore: true }],
    ['no-store=whatever', { noStore: true }],
    ['max-age=60;no-store', { maxAge: 0 }],
    ['public, must-revalidate', { isPublic: true, mustRevalidate: true }],
    ['proxy-revalidate, must-understand', { proxyRevalidate: true, mustUnderstand: true }],
    ['stale-while-revalidate=5, stale-if-error=7', { staleWhileRevalidate: 5, staleIfError: 7 }],
    ['private', { isPrivate: true }],
    ['private=', { isPrivate: true }],
    ['private=""', { isPrivate: true }],
    ['private=","', { isPrivate: true }],
    ['private=x-user', { isPrivate: true }],
    ['private="x-user"', { privateFields: ['x-user'] }],
    ['private="X-User, Set-Cookie"', { privateFields: ['x-user', 'set-cookie'] }],
    ['private="a", private="b"', { privateFields: ['a', 'b'] }],
    ['private, private="a"', { isPrivate: true }],
    ['private="a", private', { isPrivate: true }],
    ['no-cache', { noCache: true }],
    ['no-cache="set-cookie"', { noCacheFields: ['set-cookie'] }],
    ['no-cache="a", no-cache', { noCache: true }],
    ['a="b', { isMalformed: true }],
    ['max-age=60, a="b, no-store', { maxAge: 60, isMalformed: true, noStore: true }],
    ['max-age="60', { maxAge: 0, isMalformed: true }],
    ['max-age="60"x', { maxAge: 60, isMalformed: true }],
    ['__proto__=1, constructor=2', {}],
  ])('%j', (value, meaning) => {
    expect(responseDirectives(value)).toEqual({ ...nothing, ...meaning })
  })
})

describe('what a client asks of caches', () => {
  const none = {
    noStore: false,
    noCache: false,
    onlyIfCached: false,
    maxAge: undefined,
    minFresh: undefined,
    maxStale: undefined,
    staleIfError: undefined,
  }

  it.each<[string | undefined, string | undefined, object]>([
    [undefined, undefined, {}],
    ['no-cache', undefined, { noCache: true }],
    [undefined, 'no-cache', { noCache: true }],
    [undefined, 'NO-CACHE, x', { noCache: true }],
    [undefined, 'x', {}],
    ['max-age=5', 'no-cache', { maxAge: 5 }],
    ['max-stale', undefined, { maxStale: Infinity }],
    ['max-stale=5', undefined, { maxStale: 5 }],
    ['max-stale=x', undefined, { maxStale: 0 }],
    ['min-fresh=5, only-if-cached, no-store', undefined, { minFresh: 5, onlyIfCached: true, noStore: true }],
    ['stale-if-error=7', undefined, { staleIfError: 7 }],
  ])('Cache-Control %j, Pragma %j', (cacheControl, pragma, meaning) => {
    expect(requestDirectives(cacheControl, pragma)).toEqual({ ...none, ...meaning })
  })
})
