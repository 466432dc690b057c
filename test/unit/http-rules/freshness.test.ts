import { describe, expect, it } from 'vitest'
import type { HeaderFields } from '@forebay/core'
import { governingDirectives } from '../../../packages/core/src/response-cache/directives.ts'
import {
  heuristicLifetimeMs,
  initialAgeMs,
  staleWindows,
  statedAgeSeconds,
  statedLifetimeMs,
} from '../../../packages/core/src/response-cache/freshness.ts'

const now = Date.UTC(2026, 10, 21)
const date = (seconds: number): string => new Date(now + seconds * 1_000).toUTCString()
const secondsOf = (fields: HeaderFields, targets: readonly string[] = []): number | undefined => {
  const ms = statedLifetimeMs(fields, governingDirectives(fields, targets), now)
  return ms === undefined ? undefined : ms / 1_000
}

describe('the lifetime that a response states', () => {
  it.each<[HeaderFields, number | undefined]>([
    [{}, undefined],
    [{ 'cache-control': 'public' }, undefined],
    [{ 'cache-control': 'max-age=60' }, 60],
    [{ 'cache-control': 'max-age=60, s-maxage=5' }, 5],
    [{ 'cache-control': 's-maxage=0, max-age=60' }, 0],
    [{ 'cache-control': 'max-age=60', expires: date(5) }, 60],
    [{ 'cache-control': 'max-age=x', expires: date(5) }, 0],
    [{ expires: date(60) }, 60],
    [{ expires: date(60), date: date(-10) }, 70],
    [{ expires: date(60), date: 'x' }, 60],
    [{ expires: date(-60) }, 0],
    [{ expires: '0' }, 0],
    [{ expires: '-1' }, 0],
    [{ expires: '' }, 0],
    [{ expires: [date(60), date(60)] }, 0],
    [{ expires: [date(60)], date: [date(-10)] }, 70],
    [{ expires: ` ${date(60)}\t`, date: ` ${date(0)}` }, 60],
    [{ 'cache-control': 'public', expires: date(60) }, 60],
  ])('%j: %s s', (fields, seconds) => {
    expect(secondsOf(fields)).toBe(seconds)
  })
})

describe('targeted fields', () => {
  const cdn = ['cdn-cache-control']

  it.each<[HeaderFields, readonly string[], number | undefined]>([
    [{ 'cdn-cache-control': 'max-age=5', 'cache-control': 'max-age=60' }, cdn, 5],
    [{ 'cdn-cache-control': 'max-age=5', 'cache-control': 'max-age=60' }, [], 60],
    [{ 'cdn-cache-control': 'public', 'cache-control': 'max-age=60', expires: date(7) }, cdn, undefined],
    // No Dictionary, or a member of a wrong type: as if it were not there.
    [{ 'cdn-cache-control': 'max-age="5"', 'cache-control': 'max-age=60' }, cdn, 60],
    [{ 'cdn-cache-control': 'max-age=5.5', 'cache-control': 'max-age=60' }, cdn, 60],
    [{ 'cdn-cache-control': 'MAX-AGE=5', 'cache-control': 'max-age=60' }, cdn, 60],
    [{ 'cdn-cache-control': 'max-age =5', 'cache-control': 'max-age=60' }, cdn, 60],
    [{ 'cdn-cache-control': '', 'cache-control': 'max-age=60' }, cdn, 60],
    [{ 'cdn-cache-control': 'max-age=5;x=1, max-age=7' }, cdn, 7],
    [{ 'a-control': 'max-age=1', 'b-control': 'max-age=2' }, ['b-control', 'a-control'], 2],
    [{ 'a-control': '"', 'b-control': 'max-age=2' }, ['a-control', 'b-control'], 2],
  ])('%j for %j: %s s', (fields, targets, seconds) => {
    expect(secondsOf(fields, targets)).toBe(seconds)
  })

  it('can say no-store, and that it is off', () => {
    const noStore = (value: string): boolean =>
      governingDirectives({ 'cdn-cache-control': value }, cdn).directives.noStore
    expect([noStore('no-store'), noStore('no-store=?1'), noStore('no-store=?0')]).toEqual([true, true, false])
  })
})

describe('heuristic freshness', () => {
  it.each<[HeaderFields, number | undefined]>([
    [{ 'last-modified': date(-100) }, 10],
    [{ 'last-modified': date(-100), date: date(-50) }, 5],
    [{ 'last-modified': date(100) }, 0],
    [{}, undefined],
    [{ 'last-modified': 'x' }, undefined],
  ])('%j: %s s', (fields, seconds) => {
    const ms = heuristicLifetimeMs(fields, now)
    expect(ms === undefined ? undefined : ms / 1_000).toBe(seconds)
  })
})

describe('age on arrival', () => {
  const times = { requestedAt: now - 2_000, respondedAt: now }

  it.each<[HeaderFields, number]>([
    [{}, 0],
    [{ date: date(0) }, 0],
    [{ date: date(60) }, 0],
    [{ date: date(-60) }, 60],
    [{ age: '30' }, 32],
    [{ age: '30', date: date(-60) }, 60],
    [{ age: '90', date: date(-60) }, 92],
    [{ age: 'x', date: date(-60) }, 60],
  ])('%j: %i s', (fields, seconds) => {
    expect(initialAgeMs(fields, times) / 1_000).toBe(seconds)
  })

  it.each<[string | readonly string[] | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['60', 60],
    [' 60 ', 60],
    ['60, 70', 60],
    [['60', '70'], 60],
    ['x, 60', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['6 0', undefined],
    ['99999999999999999999', 2 ** 31],
  ])('Age: %j', (age, seconds) => {
    expect(statedAgeSeconds(age)).toBe(seconds)
  })
})

describe('stale windows', () => {
  const options = { staleWhileRevalidateMs: 1_000, staleIfErrorMs: 2_000 }
  const windowsOf = (value: string): unknown =>
    Object.values(staleWindows(governingDirectives({ 'cache-control': value }, []), options))

  it.each([
    ['max-age=1', [1_000, 2_000]],
    ['max-age=1, stale-while-revalidate=9', [9_000, 2_000]],
    ['max-age=1, stale-if-error=9, stale-while-revalidate=0', [0, 9_000]],
    ['max-age=1, must-revalidate, stale-if-error=9', [0, 0]],
    ['max-age=1, proxy-revalidate', [0, 0]],
    ['s-maxage=1', [0, 0]],
    ['no-cache', [0, 0]],
  ])('%s', (value, windows) => {
    expect(windowsOf(value)).toEqual(windows)
  })
})
