/** A hit has the status, fields and body that the handler produced, for every way in which a framework sends a body. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralBody, NeutralReply } from '../adapter-harness.ts'
import { cachedApp, counted, type CountedHandler, type TestApp } from './test-app.ts'
import type { WireResponse } from './wire.ts'

const bytes = Buffer.from(Array.from({ length: 3_000 }, (_, index) => index % 256))
const chunks = [bytes.subarray(0, 1), bytes.subarray(1, 1_000), bytes.subarray(1_000)]
const sentText = 'déjà vu 💧'

/** Every body that can be stored, with what reaches the client. */
const bodies: readonly (readonly [name: string, body: NeutralBody, sent: Buffer | undefined])[] = [
  [
    'json',
    { kind: 'json', value: { id: 42, name: sentText } },
    Buffer.from(`{"id":42,"name":"${sentText}"}`),
  ],
  ['a json list', { kind: 'json', value: [1, 'two', null] }, Buffer.from('[1,"two",null]')],
  ['text', { kind: 'text', text: sentText }, Buffer.from(sentText)],
  ['empty text', { kind: 'text', text: '' }, Buffer.alloc(0)],
  ['buffer', { kind: 'buffer', bytes }, bytes],
  ['stream', { kind: 'stream', chunks }, bytes],
  ['web stream', { kind: 'web-stream', chunks }, bytes],
  ['blob', { kind: 'blob', bytes }, bytes],
  ['response', { kind: 'response', bytes }, bytes],
  ['file', { kind: 'file', path: fileURLToPath(import.meta.url) }, undefined],
  ['raw', { kind: 'raw', chunks }, bytes],
]

/** Fields that belong to the connection or to the framing, and those that tell hit from miss. */
const notTheHandlers = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'age',
  'cache-status',
])

function handlersPart({ status, fields, body }: WireResponse): object {
  const own = Object.entries(fields).filter(([name]) => !notTheHandlers.has(name))
  return { status, fields: Object.fromEntries(own), body: body.toString('latin1') }
}

export function cacheHits(harness: AdapterHarness): void {
  const serving = (handle: CountedHandler, options?: object): Promise<TestApp> =>
    cachedApp(harness, handle, options)
  const expectHit = async (reply: NeutralReply): Promise<WireResponse> => {
    const handle = counted(() => reply)
    const app = await serving(handle)
    const miss = await app.ask('/a')
    const hit = await app.ask('/a')
    expect(handlersPart(hit)).toEqual(handlersPart(miss))
    expect(miss.complete && hit.complete).toBe(true)
    expect(hit.fields['cache-status']).toMatch(/^forebay; hit; ttl=\d+$/)
    expect(handle.runs).toBe(1)
    return hit
  }

  describe('a hit', () => {
    it.each(bodies)('is byte-equal to the miss: %s', async (_name, body, sent) => {
      // A file server of a framework says max-age=0 where nothing else is said.
      const fields = [['x-handler', 'yes'] as const, ['cache-control', 'max-age=60'] as const]
      const hit = await expectHit({ fields, body })
      if (sent !== undefined) expect(hit.body.equals(sent)).toBe(true)
      expect(hit.fields['content-length']).toBe(String(hit.body.length))
      expect(hit.fields['x-handler']).toBe('yes')
    })

    it('is byte-equal to the miss: no content', async () => {
      const hit = await expectHit({
        status: 204,
        fields: [['cache-control', 'max-age=60']],
        body: { kind: 'empty' },
      })
      expect(hit.status).toBe(204)
    })

    it('is byte-equal to the miss: compressed by the handler', async () => {
      const zipped = gzipSync(sentText.repeat(100))
      const fields = [['content-encoding', 'gzip'] as const, ['content-type', 'text/plain'] as const]
      const hit = await expectHit({ fields, body: { kind: 'buffer', bytes: zipped } })
      expect(hit.body.equals(zipped)).toBe(true)
    })

    it.each([200, 203, 301, 308, 404, 410])('keeps the status %i', async (status) => {
      await expectHit({
        status,
        fields: [
          ['cache-control', 'max-age=60'],
          ['location', '/b'],
        ],
        body: { kind: 'text', text: 'content' },
      })
    })

    it('keeps validators, dates and fields of several lines', async () => {
      const fields = [
        ['etag', 'W/"v1"'],
        ['last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
        ['date', new Date(Date.now() - 1_000).toUTCString()],
        ['link', ['</a.css>; rel=preload', '</b.css>; rel=preload']],
        ['content-type', 'application/vnd.shop+json; charset=utf-8'],
        ['content-language', 'fr'],
      ] as const
      const hit = await expectHit({ fields, body: { kind: 'buffer', bytes } })
      for (const [name, value] of fields) {
        expect(hit.fields[name]).toBe(typeof value === 'string' ? value : value.join(', '))
      }
    })

    it('tells its age, its remaining lifetime, and ends with it', async () => {
      const handle = counted((_, run) => ({ body: { kind: 'text', text: `run ${run}` } }))
      const app = await serving(handle)
      const miss = await app.ask('/a')
      expect(miss.fields['cache-status']).toBe('forebay; fwd=uri-miss; stored')
      expect(miss.fields).not.toHaveProperty('age')
      expect((await app.ask('/a')).fields).toMatchObject({
        age: '0',
        'cache-status': 'forebay; hit; ttl=300',
      })
      app.clock.advance(10_000)
      expect((await app.ask('/a')).fields).toMatchObject({
        age: '10',
        'cache-status': 'forebay; hit; ttl=290',
      })
      app.clock.advance(290_000)
      const expired = await app.ask('/a')
      expect(expired.text).toBe('run 2')
      expect(expired.fields).not.toHaveProperty('age')
    })

    it('is the same for all of many at once', async () => {
      const handle = counted(() => ({ body: { kind: 'buffer', bytes } }))
      const app = await serving(handle)
      await app.ask('/a')
      const hits = await Promise.all(Array.from({ length: 50 }, () => app.ask('/a')))
      expect(hits.every((hit) => hit.status === 200 && hit.body.equals(bytes))).toBe(true)
      expect(handle.runs).toBe(1)
    })
  })
}
