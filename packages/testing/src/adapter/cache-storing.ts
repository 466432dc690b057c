/** What is stored, for how long, and what never is. */
import { describe, expect, it } from 'vitest'
import type { FieldLine } from '@forebay/core'
import type { AdapterHarness, NeutralReply } from '../adapter-harness.ts'
import { cachedApp, counted, numbered, text, type CountedHandler, type TestApp } from './test-app.ts'
import type { WireRequest } from './wire.ts'

export function cacheStoring(harness: AdapterHarness): void {
  const serving = (handle: CountedHandler, options?: object): Promise<TestApp> =>
    cachedApp(harness, handle, options)
  /** Whether the second of two requests is answered by the first one's response. */
  const isReused = async (
    reply: Omit<NeutralReply, 'body'>,
    options: object = {},
    wanted: WireRequest = {},
  ): Promise<boolean> => {
    const handle = numbered(reply)
    const app = await serving(handle, options)
    const first = await app.ask('/a', wanted)
    const second = await app.ask('/a', wanted)
    expect(first.text).toBe('run 1')
    expect(second.text).toBe(handle.runs === 1 ? 'run 1' : 'run 2')
    return handle.runs === 1
  }
  const stating = (...fields: readonly FieldLine[]): Omit<NeutralReply, 'body'> => ({ fields })

  describe('storing', () => {
    it('needs a lifetime', async () => {
      expect(await isReused({}, { ttl: 0 })).toBe(false)
      expect(await isReused(stating(['cache-control', 'max-age=60']), { ttl: 0 })).toBe(true)
    })

    it.each([
      ['max-age=10', 10],
      ['max-age=10, s-maxage=20', 20],
      ['public, MAX-AGE="30"', 30],
    ])('follows the handler for as long as it says: %s', async (value, seconds) => {
      const app = await serving(numbered(stating(['cache-control', value])))
      await app.ask('/a')
      expect((await app.ask('/a')).fields['cache-status']).toBe(`forebay; hit; ttl=${seconds}`)
      app.clock.advance(seconds * 1_000)
      expect((await app.ask('/a')).text).toBe('run 2')
    })

    it.each([
      'no-store',
      'private',
      'no-cache',
      'max-age=0',
      's-maxage=0, max-age=60',
      'private=',
      'private=""',
      'NO-STORE',
    ])('follows the handler when it says %s', async (value) => {
      expect(await isReused(stating(['cache-control', value]))).toBe(false)
    })

    it('follows Expires', async () => {
      const at = (ms: number): string => new Date(Date.now() + ms).toUTCString()
      expect(await isReused(stating(['expires', at(60_000)]), { ttl: 0 })).toBe(true)
      expect(await isReused(stating(['expires', at(-60_000)]))).toBe(false)
      expect(await isReused(stating(['expires', '0']))).toBe(false)
    })

    it('refuses a response whose handler sets a cookie', async () => {
      expect(await isReused(stating(['set-cookie', 'session=1']))).toBe(false)
      expect(
        await isReused(stating(['set-cookie', ['a=1', 'b=2']], ['cache-control', 'public, max-age=60'])),
      ).toBe(false)
    })

    it('refuses a response that varies on everything', async () => {
      expect(await isReused(stating(['vary', '*']))).toBe(false)
      expect(await isReused(stating(['vary', 'accept, *'], ['cache-control', 'max-age=60']))).toBe(false)
    })

    it.each([400, 401, 403, 429, 500, 502, 503])(
      'refuses status %i without explicit freshness',
      async (status) => {
        expect(await isReused({ status })).toBe(false)
      },
    )

    it('keeps what is missing for a shorter time', async () => {
      const app = await serving(numbered({ status: 404 }))
      await app.ask('/a')
      expect((await app.ask('/a')).fields['cache-status']).toBe('forebay; hit; ttl=60')
      const other = await serving(numbered({ status: 410 }), { negativeTtl: '10s' })
      await other.ask('/a')
      expect((await other.ask('/a')).fields['cache-status']).toBe('forebay; hit; ttl=10')
    })

    it('takes a lifetime that depends on request and response', async () => {
      const ttl = harness.lift((request) => (request.headers['x-long'] === 'yes' ? '1h' : undefined))
      expect(await isReused({}, { ttl })).toBe(false)
      expect(await isReused({}, { ttl }, { fields: { 'x-long': 'yes' } })).toBe(true)
    })

    it('skips the cache where it is told to', async () => {
      const skip = harness.lift((request) => request.headers['x-fresh'] === 'yes')
      const handle = numbered()
      const app = await serving(handle, { skip })
      await app.ask('/a')
      const skipped = await app.ask('/a', { fields: { 'x-fresh': 'yes' } })
      expect([skipped.text, skipped.fields['cache-status']]).toEqual(['run 2', 'forebay; fwd=bypass'])
      expect((await app.ask('/a')).text).toBe('run 1')
    })

    it('leaves the last word to store', async () => {
      expect(await isReused({}, { store: harness.lift(() => false) })).toBe(false)
      expect(await isReused({}, { store: harness.lift(() => true) })).toBe(true)
      expect(
        await isReused(stating(['cache-control', 'no-store']), { store: harness.lift(() => true) }),
      ).toBe(false)
    })

    it.each(['ttl', 'tags', 'key', 'skip', 'store'])(
      'gives way when %s throws, and the app lives',
      async (name) => {
        const throws = harness.lift(() => {
          throw new Error('a function with a bug')
        })
        expect(await isReused({}, { [name]: throws })).toBe(false)
      },
    )

    it('leaves errors of the handler alone', async () => {
      const handle = counted(() => ({ body: { kind: 'throw', message: 'a bug' } }))
      const app = await serving(handle)
      expect((await app.ask('/a')).status).toBe(500)
      expect((await app.ask('/a')).status).toBe(500)
      expect(handle.runs).toBe(2)
    })

    it('streams what is larger than maxBodyBytes untouched', async () => {
      const chunk = Buffer.alloc(1_000, 'x')
      for (const kind of ['stream', 'web-stream', 'raw'] as const) {
        const handle = counted(() => ({ body: { kind, chunks: [chunk, chunk, chunk] } }))
        const app = await serving(handle, { maxBodyBytes: 2_500 })
        for (let time = 0; time < 2; time++) {
          const answer = await app.ask('/a')
          expect([answer.complete, answer.body.length]).toEqual([true, 3_000])
          expect(answer.fields['cache-status']).not.toMatch(/hit/)
        }
        expect(handle.runs).toBe(2)
      }
    })

    it.each([
      [2_500, 1],
      [3_000, 1],
      [3_001, 2],
    ])('measures the body against maxBodyBytes: %i bytes', async (size, runs) => {
      const handle = counted(() => ({ body: { kind: 'buffer', bytes: Buffer.alloc(size) } }))
      const app = await serving(handle, { maxBodyBytes: 3_000 })
      await app.ask('/a')
      expect((await app.ask('/a')).body).toHaveLength(size)
      expect(handle.runs).toBe(runs)
    })
  })

  describe('the name in Cache-Status', () => {
    it('is the one that is asked for', async () => {
      const app = await serving(numbered(), { cacheStatus: 'edge' })
      await app.ask('/a')
      expect((await app.ask('/a')).fields['cache-status']).toBe('edge; hit; ttl=300')
    })

    it('can be left out', async () => {
      const app = await serving(numbered(), { cacheStatus: false })
      expect((await app.ask('/a')).fields).not.toHaveProperty('cache-status')
      const hit = await app.ask('/a')
      expect([hit.text, hit.fields['age']]).toEqual(['run 1', '0'])
      expect(hit.fields).not.toHaveProperty('cache-status')
    })

    it('follows what the handler said', async () => {
      const app = await serving(counted(() => ({ ...text('a'), fields: [['cache-status', 'origin; hit']] })))
      expect((await app.ask('/a')).fields['cache-status']).toBe('origin; hit, forebay; fwd=uri-miss; stored')
    })
  })

  describe('configuration of the cache', () => {
    it.each([
      ['an unknown option', { tll: '5m' }, /'tll'.*'ttl'/],
      ['a ttl in parsecs', { ttl: '5 parsecs' }, /ttl.*5 parsecs/],
      ['a negative ttl', { ttl: -1 }, /ttl.*-1/],
      ['a size that is NaN', { maxBodyBytes: Number.NaN }, /maxBodyBytes.*NaN/],
      ['an unknown preset', { preset: 'wild' }, /preset.*wild/],
    ])('is refused when it is made: %s', async (_name, responseCache, message) => {
      await expect(harness.start({ responseCache, routes: [] })).rejects.toMatchObject({
        name: 'ForebayError',
        message: expect.stringMatching(message),
      })
    })
  })
}
