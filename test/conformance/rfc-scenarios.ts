/** What only the preset `rfc` does unasked. */
import { cache, handler, notReused, stored, type Scenario } from './scenario.ts'

export const rfcOnly: readonly Scenario[] = [
  stored('Last-Modified alone', { 'last-modified': '@-86400', date: '@0' }),
  stored('404 by heuristic', { 'last-modified': '@-86400' }, 404),
  stored(
    '201 by heuristic, said to be public',
    { 'cache-control': 'public', 'last-modified': '@-86400' },
    201,
  ),
  notReused('201 by heuristic', { 'last-modified': '@-86400' }, 201),
  stored('Set-Cookie', { 'cache-control': 'max-age=3600', 'set-cookie': 'a=1' }),
  stored('CDN-Cache-Control over Cache-Control', {
    'cdn-cache-control': 'max-age=3600',
    'cache-control': 'no-store',
  }),
  notReused('CDN-Cache-Control: no-store', {
    'cdn-cache-control': 'no-store',
    'cache-control': 'max-age=3600',
  }),
  notReused('CDN-Cache-Control that is no Dictionary', {
    'cdn-cache-control': 'max-age="3600"',
    'cache-control': 'no-store',
  }),
  stored('must-understand over no-store', { 'cache-control': 'must-understand, no-store, max-age=3600' }),
  notReused(
    'must-understand with an unknown status',
    { 'cache-control': 'must-understand, max-age=3600' },
    499,
  ),
  ...['no-cache', 'max-age=0', 'no-store', 'min-fresh=4000'].map((cacheControl): Scenario => ({
    name: `a request with ${cacheControl}: is answered by the handler`,
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600' } }, expect: handler },
      {
        after: 2,
        asks: { 'cache-control': cacheControl },
        expect: cacheControl === 'no-store' ? cache : handler,
      },
    ],
  })),
  {
    name: 'Pragma: no-cache: is heard where there is no Cache-Control',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600' } }, expect: handler },
      {
        asks: { pragma: 'no-cache' },
        reply: { fields: { 'cache-control': 'max-age=3600' } },
        expect: handler,
      },
      { asks: { pragma: 'no-cache', 'cache-control': 'max-age=100' }, expect: cache },
    ],
  },
  {
    name: 'only-if-cached: 504 where nothing is stored',
    steps: [{ asks: { 'cache-control': 'only-if-cached' }, expect: { by: 'cache', status: 504 } }],
  },
  {
    name: 'max-stale: accepts a stale response',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=2', etag: '"a"' } }, expect: handler },
      { after: 5, asks: { 'cache-control': 'max-stale=1000' }, expect: cache },
    ],
  },
  {
    name: 'private="x" and no-cache="y": are stored without what they name',
    steps: [
      {
        reply: {
          fields: {
            'cache-control': 'max-age=3600, private="x-a", no-cache="x-b"',
            'x-a': '1',
            'x-b': '2',
            'x-c': '3',
          },
        },
        expect: handler,
      },
      { expect: { by: 'cache', fields: { 'x-a': undefined, 'x-b': undefined, 'x-c': '3' } } },
    ],
  },
  {
    name: 'a HEAD that tells of another response: invalidates',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=2', etag: '"a"' }, body: 'old' }, expect: handler },
      {
        after: 3,
        method: 'HEAD',
        reply: { fields: { 'cache-control': 'max-age=100', etag: '"b"' }, body: 'newer' },
        expect: handler,
      },
      { reply: { fields: { etag: '"b"' }, body: 'newer' }, expect: { by: 'handler', body: 'newer' } },
    ],
  },
]
