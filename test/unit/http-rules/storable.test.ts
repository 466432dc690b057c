import { describe, expect, it } from 'vitest'
import type { HeaderFields } from '@forebay/core'
import { governingDirectives } from '../../../packages/core/src/response-cache/directives.ts'
import { statedLifetimeMs } from '../../../packages/core/src/response-cache/freshness.ts'
import { whyNotStorable, type StorableRequest } from '../../../packages/core/src/response-cache/storable.ts'

const anybody: StorableRequest = {
  isAuthorized: false,
  hasGuardedCookie: false,
  isPartitioned: false,
  isKeyed: () => false,
}

function why(
  status: number,
  cacheControl: string | undefined,
  request: Partial<StorableRequest> = {},
  more: HeaderFields = {},
): string | undefined {
  const fields = cacheControl === undefined ? more : { 'cache-control': cacheControl, ...more }
  const governing = governingDirectives(fields, [])
  const statedLifetime = statedLifetimeMs(fields, governing, 0)
  return whyNotStorable(
    { ...anybody, ...request },
    { status, fields, governing, hasRefusedCookie: false, statedLifetimeMs: statedLifetime },
  )
}

describe('a response that may be stored', () => {
  it.each([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])(
    '%i under an option’s lifetime',
    (status) => {
      expect(why(status, undefined)).toBeUndefined()
    },
  )

  it.each([201, 202, 299, 302, 303, 307, 400, 403, 418, 499, 500, 503, 599])(
    '%i only with a lifetime of its own',
    (status) => {
      expect(why(status, undefined)).toBe('status')
      expect(why(status, 'max-age=60')).toBeUndefined()
      expect(why(status, 's-maxage=60')).toBeUndefined()
      expect(why(status, undefined, {}, { expires: 'Sun, 06 Nov 2094 08:49:37 GMT' })).toBeUndefined()
    },
  )

  it('206 never: it is a part', () => {
    expect(why(206, 'max-age=60, public')).toBe('content-range')
  })

  it.each([100, 101, 103, 199, 304, 412, 416, 417, 428, 429, 431, 511, 600])('%i never', (status) => {
    expect(why(status, 'max-age=60, public')).toBe('status')
  })

  it.each<[string | undefined, string | undefined]>([
    ['no-store', 'no-store'],
    ['max-age=60, no-store', 'no-store'],
    ['private', 'private'],
    ['private, max-age=60', 'private'],
    ['private="x"', undefined],
    ['public, private', 'private'],
    ['max-age=60, x="', 'malformed'],
    ['must-understand, no-store, max-age=60', undefined],
    ['no-cache', undefined],
  ])('Cache-Control %s: %s', (cacheControl, reason) => {
    expect(why(200, cacheControl)).toBe(reason)
  })

  it('needs a known status where it says must-understand', () => {
    expect(why(299, 'must-understand, no-store, max-age=60')).toBe('must-understand')
  })

  it.each([
    ['max-age=60', 'authorization'],
    ['public, max-age=60', undefined],
    ['s-maxage=60', undefined],
    ['must-revalidate, max-age=60', undefined],
  ])('with Authorization, %s: %s', (cacheControl, reason) => {
    expect(why(200, cacheControl, { isAuthorized: true })).toBe(reason)
  })

  it.each([
    ['max-age=60', 'cookie'],
    ['must-revalidate, max-age=60', 'cookie'],
    ['public, max-age=60', undefined],
    ['s-maxage=60', undefined],
  ])('with a guarded cookie, %s: %s', (cacheControl, reason) => {
    expect(why(200, cacheControl, { hasGuardedCookie: true })).toBe(reason)
  })

  it('may be private, authorized and vary by cookies within a partition', () => {
    const request = { isPartitioned: true, isAuthorized: true, hasGuardedCookie: true }
    expect(why(200, 'private, max-age=60', request, { vary: 'cookie, authorization' })).toBeUndefined()
  })

  it.each<[HeaderFields, string | undefined]>([
    [{ vary: '*' }, 'vary-star'],
    [{ vary: 'accept, *' }, 'vary-star'],
    [{ vary: 'not a name' }, 'vary-star'],
    [{ vary: 'accept' }, undefined],
    [{ vary: 'Cookie' }, 'vary-credentials'],
    [{ vary: 'accept, AUTHORIZATION' }, 'vary-credentials'],
    [{ 'content-range': 'bytes 0-1/2' }, undefined],
    [{ trailer: 'x' }, 'trailers'],
    [{ 'content-type': 'text/event-stream' }, 'event-stream'],
    [{ 'content-type': 'TEXT/Event-Stream ; charset=utf-8' }, 'event-stream'],
    [{ 'content-type': 'text/event-streams' }, undefined],
  ])('%j: %s', (fields, reason) => {
    expect(why(200, 'max-age=60', {}, fields)).toBe(reason)
  })
})
