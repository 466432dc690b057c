import { parseList as referenceList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { cacheStatusValue } from '../../../packages/core/src/response-cache/cache-status.ts'

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
