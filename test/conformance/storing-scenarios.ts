/** What is stored and for how long, in both presets (RFC 9111 §3, §4.2). */
import { cache, handler, notReused, stored, twice, type Scenario } from './scenario.ts'

export const storing: readonly Scenario[] = [
  // Freshness (RFC 9111 §4.2).
  stored('max-age', { 'cache-control': 'max-age=3600' }),
  stored('max-age in capitals', { 'cache-control': 'MaX-aGe=3600' }),
  stored('max-age quoted', { 'cache-control': 'max-age="3600"' }),
  stored('max-age beyond 31 bits', { 'cache-control': 'max-age=2147483648' }),
  stored('max-age beyond any number', { 'cache-control': 'max-age=99999999999' }),
  stored('max-age with unknown directives', { 'cache-control': 'foobar, max-age=3600, x="y, z"' }),
  stored('max-age on a second line', { 'cache-control': ['foobar', 'max-age=3600'] }),
  notReused('max-age=0', { 'cache-control': 'max-age=0' }),
  notReused('max-age negative', { 'cache-control': 'max-age=-3600' }),
  notReused('max-age single-quoted', { 'cache-control': "max-age='3600'" }),
  notReused('max-age within a quoted text', { 'cache-control': 'x="a, max-age=3600, b"' }),
  notReused('max-age with another name around', { 'cache-control': 'xmax-age=3600' }),
  stored('s-maxage', { 'cache-control': 's-maxage=3600' }),
  stored('s-maxage over max-age', { 'cache-control': 's-maxage=3600, max-age=0' }),
  notReused('s-maxage=0 over max-age', { 'cache-control': 'max-age=3600, s-maxage=0' }),
  notReused('s-maxage=0 over Expires', { 'cache-control': 's-maxage=0', expires: '@3600', date: '@0' }),
  stored('Expires', { expires: '@3600', date: '@0' }),
  stored('max-age over a past Expires', { 'cache-control': 'max-age=3600', expires: '@-3600', date: '@0' }),
  notReused('max-age=0 over Expires', { 'cache-control': 'max-age=0', expires: '@3600', date: '@0' }),
  notReused('Expires in the past', { expires: '@-3600', date: '@0' }),
  notReused('Expires equal to Date', { expires: '@0', date: '@0' }),
  notReused('Expires: 0', { expires: '0' }),
  notReused('Expires that is no date', { expires: 'Thu, 18 Aug 2050 02:01:18' }),
  notReused('Expires in another zone', { expires: 'Thu, 18 Aug 2050 02:01:18 AEST' }),
  stored('Expires in the format of RFC 850', { expires: 'Thursday, 18-Aug-50 02:01:18 GMT', date: '@0' }),
  stored('Expires in the format of asctime', { expires: 'Thu Aug  8 02:01:18 2050', date: '@0' }),
  stored('Age below the lifetime', { 'cache-control': 'max-age=3600', age: '1800' }),
  notReused('Age beyond the lifetime', { 'cache-control': 'max-age=3600', age: '12000' }),
  notReused('Date long ago', { 'cache-control': 'max-age=3600', date: '@-7200' }),
  stored('Date in the future', { 'cache-control': 'max-age=3600', date: '@3600' }),
  ...['THU, 18 Aug 2050 02:01:18 GMT', 'Thu, 18 AUG 2050 02:01:18 GMT', 'Thu, 18 Aug 2050 02:01:18 gMT'].map(
    (expires) => stored(`Expires in another case: ${expires}`, { expires, date: '@0' }),
  ),
  ...[
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug  2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
  ].map((expires) => notReused(`Expires that is no date: ${expires}`, { expires, date: '@0' })),
  // A stale error is answered by the handler, though it fails again.
  ...[500, 502, 503, 504].map((status) =>
    notReused(`${status}, stale`, { expires: '@-5', date: '@0', etag: '"a"' }, status),
  ),
  // What forbids (§3, §5.2.2).
  notReused('no-store', { 'cache-control': 'no-store, max-age=3600' }),
  notReused('No-StOrE', { 'cache-control': 'No-StOrE, max-age=3600' }),
  notReused('private', { 'cache-control': 'private, max-age=3600' }),
  notReused('no-cache', { 'cache-control': 'no-cache, max-age=3600' }),
  notReused('Vary: *', { 'cache-control': 'max-age=3600', vary: '*' }),
  notReused('Vary: *, among others', { 'cache-control': 'max-age=3600', vary: 'accept, *' }),
  // Any status with explicit freshness (§3), and statuses without it.
  ...[200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599].map(
    (status) => stored(`${status} with max-age`, { 'cache-control': 'max-age=3600' }, status),
  ),
  ...[201, 202, 299, 403, 502, 599].map((status) => notReused(`${status} without freshness`, {}, status)),
  // Credentials (§3.5).
  twice('Authorization: is not shared', { fields: { 'cache-control': 'max-age=3600' } }, handler, {
    asks: { authorization: 'FOO' },
  }),
  ...['public, max-age=3600', 's-maxage=3600', 'must-revalidate, max-age=3600'].map((cacheControl) =>
    twice(
      `Authorization with ${cacheControl}: is shared`,
      { fields: { 'cache-control': cacheControl } },
      cache,
      {
        asks: { authorization: 'FOO' },
      },
    ),
  ),
  // Methods.
  twice('POST: is not answered from the cache', { fields: { 'cache-control': 'max-age=3600' } }, handler, {
    method: 'POST',
  }),
  {
    name: 'a stored GET: answers HEAD',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600' }, body: 'abc' }, expect: handler },
      { method: 'HEAD', expect: { by: 'cache', body: '', fields: { 'content-length': '3' } } },
    ],
  },
]
