/** What a stored response is cut to, aged, invalidated and replaced by, in both presets (RFC 9111 §4.4, §5.1, RFC 5861). */
import { cache, handler, type Scenario } from './scenario.ts'

export const afterwards: readonly Scenario[] = [
  // Ranges (RFC 9110 §14).
  {
    name: 'a range: is cut from the whole',
    steps: [
      {
        reply: { fields: { 'cache-control': 'max-age=3600', etag: '"abc"' }, body: '0123456789' },
        expect: handler,
      },
      {
        asks: { range: 'bytes=2-4' },
        expect: {
          by: 'cache',
          status: 206,
          body: '234',
          fields: { 'content-range': 'bytes 2-4/10', 'content-length': '3' },
        },
      },
      { asks: { range: 'bytes=-3' }, expect: { by: 'cache', status: 206, body: '789' } },
      {
        asks: { range: 'bytes=10-' },
        expect: { by: 'cache', status: 416, body: '', fields: { 'content-range': 'bytes */10' } },
      },
      {
        asks: { range: 'bytes=2-4', 'if-range': '"abc"' },
        expect: { by: 'cache', status: 206, body: '234' },
      },
      {
        asks: { range: 'bytes=2-4', 'if-range': '"x"' },
        expect: { by: 'cache', status: 200, body: '0123456789' },
      },
      { asks: { range: 'bytes=0-1,3-4' }, expect: { by: 'cache', status: 200, body: '0123456789' } },
    ],
  },
  {
    name: 'a part: is never taken for the whole',
    steps: [
      {
        reply: {
          status: 206,
          fields: { 'cache-control': 'max-age=3600', 'content-range': 'bytes 0-1/10' },
          body: '01',
        },
        expect: { by: 'handler', status: 206 },
      },
      {
        reply: { fields: { 'cache-control': 'max-age=3600' }, body: '0123456789' },
        expect: { by: 'handler', body: '0123456789' },
      },
    ],
  },
  // Age and fields (§5.1, §3.1).
  {
    name: 'Age: is told, and goes on from what it was',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600', age: '30' } }, expect: handler },
      { after: 10, expect: { by: 'cache', fields: { age: '40' } } },
    ],
  },
  {
    name: 'fields: those of the handler replay as they were',
    steps: [
      {
        reply: {
          fields: {
            'cache-control': 'max-age=3600',
            'test-header': 'a, b',
            'content-foo': 'c',
            'x-hop': '1',
            connection: 'x-hop',
            date: '@-5',
            link: ['</a>', '</b>'],
          },
        },
        expect: handler,
      },
      {
        after: 1,
        expect: {
          by: 'cache',
          fields: {
            'test-header': 'a, b',
            'content-foo': 'c',
            'x-hop': undefined,
            date: '@-6',
            link: '</a>, </b>',
          },
        },
      },
    ],
  },
  ...[
    ['content-encoding', 'x-own'],
    ['content-location', '/foo'],
    ['content-md5', 'rL0Y20zC+Fzt72VPzMSk2A=='],
    ['content-range', 'x-own'],
    ['content-security-policy', "default-src 'self'"],
    ['clear-site-data', 'cache'],
    ['public-key-pins', 'x-own'],
    ['x-frame-options', 'deny'],
    ['x-xss-protection', '1; mode=block'],
  ].map(([name = '', value = '']): Scenario => ({
    name: `${name}: is stored`,
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600', [name]: value } }, expect: handler },
      { expect: { by: 'cache', fields: { [name]: value } } },
    ],
  })),
  ...[
    'keep-alive',
    'proxy-authenticate',
    'proxy-authentication-info',
    'proxy-authorization',
    'proxy-connection',
    'te',
  ].map((name): Scenario => ({
    name: `${name}: is not stored`,
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600', [name]: 'x-own' } }, expect: handler },
      { expect: { by: 'cache', fields: name === 'keep-alive' ? {} : { [name]: undefined } } },
    ],
  })),
  // Invalidation (§4.4).
  ...['POST', 'PUT', 'DELETE'].map((method): Scenario => ({
    name: `${method}: invalidates the target`,
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600' } }, expect: handler },
      { method, reply: { status: 200 }, expect: handler },
      { expect: handler },
    ],
  })),
  ...['location', 'content-location'].map((name): Scenario => ({
    name: `${name} of a POST: is invalidated`,
    steps: [
      { path: '/b', reply: { fields: { 'cache-control': 'max-age=3600' } }, expect: handler },
      { method: 'POST', reply: { status: 201, fields: { [name]: '/b' } }, expect: handler },
      { path: '/b', expect: handler },
    ],
  })),
  {
    name: 'an unsafe method that failed: invalidates nothing',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=3600' } }, expect: handler },
      { method: 'POST', reply: { status: 500 }, expect: { by: 'handler', status: 500 } },
      { expect: cache },
    ],
  },
  // Stale (RFC 5861).
  {
    name: 'stale-if-error: answers for a failure, within its window',
    steps: [
      {
        reply: { fields: { 'cache-control': 'max-age=2, stale-if-error=60' }, body: 'old' },
        expect: handler,
      },
      { after: 3, reply: { status: 503 }, expect: { by: 'validation', status: 200, body: 'old' } },
      { after: 100, reply: { status: 503 }, expect: { by: 'handler', status: 503 } },
    ],
  },
  {
    name: 'must-revalidate: is never used stale',
    steps: [
      {
        reply: { fields: { 'cache-control': 'max-age=2, must-revalidate, stale-if-error=60' }, body: 'old' },
        expect: handler,
      },
      { after: 3, reply: { status: 503 }, expect: { by: 'handler', status: 503 } },
    ],
  },
]
