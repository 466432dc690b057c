/** What the public suite of tests for HTTP caches (http-tests/cache-tests) expects of parsing and freshness. */
import { describe } from 'vitest'
import type { HeaderFields } from '@forebay/core'
import { at, cached, expectReused } from './reuse-by-rules.ts'

describe('Cache-Control', () => {
  expectReused([
    [{}, false],
    [cached('max-age=3600'), true],
    [cached('max-age=2'), false],
    [cached('max-age=0'), false],
    [cached('max-age=2147483647'), true],
    [cached('max-age=2147483648'), true],
    [cached('max-age=2147483649'), true],
    [cached('max-age=99999999999'), true],
    [cached('max-age=-3600'), false],
    [cached('max-age=003600'), true],
    [cached("max-age='3600'"), false],
    [cached('max-age="3600"'), true],
    [cached('max-age=3600.5'), false],
    [cached('max-age=a3600'), false],
    [cached('max-age=3600a'), false],
    [cached('MaX-aGe=3600'), true],
    [cached('foobar, max-age=3600'), true],
    [cached('extension="max-age=3600", max-age=1'), false],
    [cached('max-age=1, extension="max-age=3600"'), false],
    [cached('max-age=3600', { age: '7200', date: at(0) }), false],
    [cached('max-age=3600', { date: at(-7_200) }), false],
    [cached('max-age=3600', { expires: at(-7_200), date: at(0) }), true],
    [cached('max-age=3600', { expires: '0', date: at(0) }), true],
    [cached('max-age=0', { expires: at(3_600), date: at(0) }), false],
    [cached('s-maxage=3600'), true],
    [cached('max-age=3600, s-maxage=1'), false],
    [cached('s-maxage=1, max-age=3600'), false],
    [cached(['max-age=3600', 's-maxage=1']), false],
    [cached('max-age=1, s-maxage=3600'), true],
    [cached('max-age=0, s-maxage=3600', { expires: at(-10) }), true],
    [cached('private, max-age=3600'), false],
    [cached('No-StOrE'), false],
    [cached('max-age=10000, no-store', { expires: at(10_000), date: at(0) }), false],
    [cached('max-age=10000, No-CaChE', { expires: at(10_000), date: at(0) }), false],
    [cached('max-age=10000, must-revalidate'), true],
    [cached(['no-cache="a"', 'max-age=3600']), true],
  ])
})

describe('Expires', () => {
  const year = 30 * 24 * 60 * 60
  expectReused([
    [{ expires: at(year), date: at(0) }, true],
    [{ expires: at(-year), date: at(0) }, false],
    [{ expires: at(0), date: at(0) }, false],
    [{ expires: at(300), date: at(400) }, false],
    [{ expires: '0', date: at(0) }, false],
    [{ expires: at(10), date: 'foo' }, true],
    [{ expires: at(10), date: at(-10), age: '25' }, false],
    [{ expires: at(20), date: at(10), age: '15' }, false],
    ...['Thu, 18 Aug 2050 02:01:18 GMT', 'THU, 18 AUG 2050 02:01:18 gMT'].map(
      (expires) => [{ expires, date: at(0) }, true] as const,
    ),
    ...[
      'Thu, 18 Aug 2050 02:01:18 UTC',
      'Thu, 18 Aug 50 02:01:18 GMT',
      'Thu 18 Aug 2050 02:01:18 GMT',
      'Thu, 18  Aug  2050 02:01:18 GMT',
      'Thu, 18-Aug-2050 02:01:18 GMT',
      'Thu, 18 Aug 2050 02.01.18 GMT',
      'Thu, 18 Aug 2050 2:01:18 GMT',
    ].map((expires) => [{ expires, date: at(0) }, false] as const),
  ])
})

describe('Age', () => {
  const aged = (age: string | string[]): HeaderFields => cached('max-age=3600', { age, date: at(0) })
  expectReused([
    [aged('abc'), true],
    [aged('-7200'), true],
    [aged('7200.0'), true],
    [aged('2147483647'), false],
    [aged('2147483649'), false],
    [aged('7200, 0'), false],
    [aged('0, 7200'), true],
    [aged(['7200', '0']), false],
    [aged(['0', '7200']), true],
    [aged('0, 0'), true],
    [aged(['3500', '3500']), true],
  ])
})
