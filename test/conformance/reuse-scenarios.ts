/** How what is stored is selected and validated, in both presets (RFC 9111 §3.5, §4.1, §4.3). */
import { cache, handler, type Scenario } from './scenario.ts'

export const reuse: readonly Scenario[] = [
  // Selection (§4.1).
  {
    name: 'Vary: tells apart, and finds again',
    steps: [
      {
        asks: { foo: '1' },
        reply: { fields: { 'cache-control': 'max-age=3600', vary: 'Foo' }, body: 'one' },
        expect: handler,
      },
      {
        asks: { foo: '2' },
        reply: { fields: { 'cache-control': 'max-age=3600', vary: 'Foo' }, body: 'two' },
        expect: handler,
      },
      { asks: { foo: '1' }, expect: { by: 'cache', body: 'one' } },
      { asks: { foo: '2' }, expect: { by: 'cache', body: 'two' } },
      { expect: handler },
    ],
  },
  {
    name: 'Vary on several lines: all count',
    steps: [
      {
        asks: { foo: '1', baz: '789' },
        reply: { fields: { 'cache-control': 'max-age=3600', vary: ['Foo', 'Baz'] } },
        expect: handler,
      },
      { asks: { foo: '1', baz: '789' }, expect: cache },
      { asks: { foo: '1', baz: '456' }, expect: handler },
    ],
  },
  // Validation (§4.3).
  {
    name: 'ETag: validates a stale response, and freshens it',
    steps: [
      {
        reply: { fields: { 'cache-control': 'max-age=2', etag: '"abc"', 'x-old': '1' }, body: 'body' },
        expect: handler,
      },
      {
        after: 3,
        reply: { status: 304, fields: { 'cache-control': 'max-age=100', etag: '"abc"', 'x-old': '2' } },
        expect: {
          by: 'validation',
          status: 200,
          body: 'body',
          fields: { 'x-old': '2' },
          seen: { 'if-none-match': '"abc"' },
        },
      },
      { after: 50, expect: { by: 'cache', body: 'body', fields: { 'x-old': '2', etag: '"abc"' } } },
    ],
  },
  {
    name: 'Last-Modified: validates a stale response',
    steps: [
      {
        reply: {
          fields: { 'cache-control': 'max-age=2', 'last-modified': 'Wed, 20 Jul 2011 13:00:00 GMT' },
          body: 'body',
        },
        expect: handler,
      },
      {
        after: 3,
        reply: { status: 304 },
        expect: {
          by: 'validation',
          status: 200,
          body: 'body',
          seen: { 'if-modified-since': 'Wed, 20 Jul 2011 13:00:00 GMT' },
        },
      },
    ],
  },
  {
    name: 'no-cache with an ETag: validates each time',
    steps: [
      { reply: { fields: { 'cache-control': 'no-cache', etag: '"abc"' }, body: 'body' }, expect: handler },
      {
        reply: { status: 304, fields: { 'cache-control': 'no-cache', etag: '"abc"' } },
        expect: { by: 'validation', status: 200, body: 'body' },
      },
      {
        reply: { status: 304, fields: { 'cache-control': 'no-cache', etag: '"abc"' } },
        expect: { by: 'validation', status: 200, body: 'body' },
      },
    ],
  },
  {
    name: 'a validation that brings a new response: replaces',
    steps: [
      { reply: { fields: { 'cache-control': 'max-age=2', etag: '"abc"' }, body: 'old' }, expect: handler },
      {
        after: 3,
        reply: { fields: { 'cache-control': 'max-age=100', etag: '"def"' }, body: 'new' },
        expect: { by: 'handler', body: 'new' },
      },
      { expect: { by: 'cache', body: 'new', fields: { etag: '"def"' } } },
    ],
  },
  {
    name: 'conditions of a client: are answered from the cache',
    steps: [
      {
        reply: {
          fields: {
            'cache-control': 'max-age=3600',
            etag: '"abc"',
            'last-modified': 'Wed, 20 Jul 2011 13:00:00 GMT',
          },
          body: 'body',
        },
        expect: handler,
      },
      {
        asks: { 'if-none-match': '"abc"' },
        expect: { by: 'cache', status: 304, body: '', fields: { etag: '"abc"', 'content-type': undefined } },
      },
      { asks: { 'if-none-match': '"x", W/"abc"' }, expect: { by: 'cache', status: 304 } },
      { asks: { 'if-none-match': '*' }, expect: { by: 'cache', status: 304 } },
      { asks: { 'if-none-match': '"x"' }, expect: { by: 'cache', status: 200, body: 'body' } },
      {
        asks: { 'if-modified-since': 'Wed, 20 Jul 2011 13:00:00 GMT' },
        expect: { by: 'cache', status: 304 },
      },
      {
        asks: { 'if-modified-since': 'Wed, 20 Jul 2011 12:59:59 GMT' },
        expect: { by: 'cache', status: 200 },
      },
      {
        asks: { 'if-none-match': '"x"', 'if-modified-since': 'Wed, 20 Jul 2030 13:00:00 GMT' },
        expect: { by: 'cache', status: 200 },
      },
    ],
  },
]
