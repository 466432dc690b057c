import { describe, expect, it } from 'vitest'
import type { RequestFields } from '@forebay/core'
import { isNotModified, validatorsOf } from '../../../packages/core/src/response-cache/conditional.ts'
import { selectRange } from '../../../packages/core/src/response-cache/range.ts'

const now = Date.UTC(2026, 10, 21)
const modified = 'Sun, 01 Nov 2026 00:00:00 GMT'
const before = 'Sat, 31 Oct 2026 23:59:59 GMT'
const after = 'Sun, 01 Nov 2026 00:00:01 GMT'
const stored = validatorsOf({ etag: '"v1"', 'last-modified': modified }, now)

describe('a conditional request', () => {
  it.each<[boolean, RequestFields]>([
    [false, {}],
    [true, { 'if-none-match': '"v1"' }],
    [true, { 'if-none-match': 'W/"v1"' }],
    [true, { 'if-none-match': 'v1' }],
    [true, { 'if-none-match': '*' }],
    [true, { 'if-none-match': ' "v0" ,\t"v1", "v2"' }],
    [true, { 'if-none-match': '"a,b", "v1"' }],
    [false, { 'if-none-match': '"v1x"' }],
    [false, { 'if-none-match': '"V1"' }],
    [false, { 'if-none-match': '"a, "v1" ,b"' }],
    [false, { 'if-none-match': '' }],
    [false, { 'if-none-match': '"*"' }],
    [true, { 'if-modified-since': modified }],
    [true, { 'if-modified-since': after }],
    [false, { 'if-modified-since': before }],
    [false, { 'if-modified-since': 'yesterday' }],
    // If-None-Match takes precedence.
    [false, { 'if-none-match': '"v0"', 'if-modified-since': after }],
    [true, { 'if-none-match': '"v1"', 'if-modified-since': before }],
  ])('is answered 304: %s for %j', (isAnswered, client) => {
    expect(isNotModified(client, stored)).toBe(isAnswered)
  })

  it('matches a weak validator, and one without quotes', () => {
    expect(isNotModified({ 'if-none-match': '"v1"' }, validatorsOf({ etag: 'W/"v1"' }, now))).toBe(true)
    expect(isNotModified({ 'if-none-match': '"v1"' }, validatorsOf({ etag: 'v1' }, now))).toBe(true)
    expect(isNotModified({ 'if-none-match': '"v1"' }, validatorsOf({ etag: ['"v1"'] }, now))).toBe(true)
  })

  it('matches none of several ETags: a response has one', () => {
    expect(validatorsOf({ etag: ['"v1"', '"v2"'], 'last-modified': [modified, modified] }, now)).toEqual({})
  })

  it('is held against Date where there is no Last-Modified, and against nothing where there is neither', () => {
    expect(isNotModified({ 'if-modified-since': after }, validatorsOf({ date: modified }, now))).toBe(true)
    expect(isNotModified({ 'if-modified-since': before }, validatorsOf({ date: modified }, now))).toBe(false)
    expect(isNotModified({ 'if-modified-since': after }, validatorsOf({}, now))).toBe(false)
    expect(isNotModified({ 'if-none-match': '"v1"' }, validatorsOf({}, now))).toBe(false)
  })
})

describe('a range', () => {
  const select = (range: string, more: RequestFields = {}, length = 10) => {
    const selected = selectRange({ range, ...more }, stored, length)
    return selected === undefined ? 'whole' : `${selected.status} ${selected.contentRange}`
  }

  it.each([
    ['bytes=0-3', '206 bytes 0-3/10'],
    ['bytes=3-', '206 bytes 3-9/10'],
    ['bytes=-3', '206 bytes 7-9/10'],
    ['bytes=-30', '206 bytes 0-9/10'],
    ['bytes=0-0', '206 bytes 0-0/10'],
    ['bytes=9-9', '206 bytes 9-9/10'],
    ['bytes=0-99999999999999999999999', '206 bytes 0-9/10'],
    ['BYTES=0-3', '206 bytes 0-3/10'],
    ['bytes=10-', '416 bytes */10'],
    ['bytes=10-20', '416 bytes */10'],
    ['bytes=99999999999999999999999-', '416 bytes */10'],
    ['bytes=-0', '416 bytes */10'],
    ['bytes=3-2', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=0x1-3', 'whole'],
    ['bytes=-3-4', 'whole'],
    ['bytes 0-3', 'whole'],
    ['lines=0-3', 'whole'],
    ['', 'whole'],
  ])('%s', (range, selected) => {
    expect(select(range)).toBe(selected)
  })

  it('of nothing cannot be satisfied', () => {
    expect(select('bytes=0-', {}, 0)).toBe('416 bytes */0')
    expect(select('bytes=-1', {}, 0)).toBe('416 bytes */0')
  })

  it.each([
    ['"v1"', '206 bytes 0-3/10'],
    ['"v2"', 'whole'],
    ['W/"v1"', 'whole'],
    [modified, '206 bytes 0-3/10'],
    [after, 'whole'],
    [before, 'whole'],
    ['', 'whole'],
    ['v1', 'whole'],
  ])('with If-Range: %s', (condition, selected) => {
    expect(select('bytes=0-3', { 'if-range': condition })).toBe(selected)
  })

  it.each([
    [{ 'last-modified': modified, date: after }, true],
    [{ 'last-modified': [modified], date: [after] }, true],
    // It may have been modified again within that second.
    [{ 'last-modified': modified, date: modified }, false],
    [{ 'last-modified': modified, date: before }, false],
    [{ 'last-modified': 'yesterday', date: modified }, false],
    [{ date: modified }, false],
  ])('with If-Range as a date is taken from %j: %s', (fields, isTaken) => {
    const client = { range: 'bytes=0-3', 'if-range': modified }
    expect(selectRange(client, validatorsOf(fields, now), 10) !== undefined).toBe(isTaken)
  })

  it('with If-Range as the date of a response modified just now is not taken', () => {
    const client = { range: 'bytes=0-3', 'if-range': modified }
    const modifiedAt = Date.parse(modified)
    const isTaken = (at: number): boolean =>
      selectRange(client, validatorsOf({ 'last-modified': modified }, at), 10) !== undefined
    expect([isTaken(modifiedAt + 999), isTaken(modifiedAt + 1_000)]).toEqual([false, true])
  })

  it('with If-Range is never taken from a weakly validated response', () => {
    const weak = validatorsOf({ etag: 'W/"v1"' }, now)
    expect(selectRange({ range: 'bytes=0-3', 'if-range': 'W/"v1"' }, weak, 10)).toBeUndefined()
  })
})
