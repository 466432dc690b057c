/** Stale responses: refreshed behind the client's back by the app's own handler, and used when that fails. */
import { describe, expect, it, vi } from 'vitest'
import { createResponseCache, type ResponseCache } from '@forebay/core'
import type { AdapterHarness, NeutralReply, NeutralRequest } from '../adapter-harness.ts'
import { gate, startApp, type TestApp } from './test-app.ts'

interface StaleApp extends TestApp {
  readonly cache: ResponseCache
  /** What the handler saw of each request. */
  readonly seen: NeutralRequest[]
}

export function cacheStale(harness: AdapterHarness): void {
  type Handle = (request: NeutralRequest, run: number) => NeutralReply | Promise<NeutralReply>

  /** An app with a stale response under `/a`. */
  async function staleApp(handle: Handle, options: object = {}): Promise<StaleApp> {
    const seen: NeutralRequest[] = []
    let cache: ResponseCache | undefined
    const app = await startApp(harness, (given) => {
      cache = createResponseCache({ ...given, ttl: '1m', jitter: 0, ...options })
      return {
        rateLimit: { ...given, limit: 3, window: '1h', algorithm: 'fixed-window' },
        responseCache: { cache },
        routes: [
          {
            method: 'GET',
            path: '/a',
            handle: (request) => {
              seen.push({ ...request, headers: { ...request.headers } })
              return handle(request, seen.length)
            },
          },
        ],
      }
    })
    await app.ask('/a?x=%20', { fields: { 'x-client': 'first' } })
    app.clock.advance(61_000)
    return Object.assign(app, { cache: cache as ResponseCache, seen })
  }
  const page: Handle = (_, run) => ({ body: { kind: 'text', text: `run ${run}` } })
  const ask = (app: TestApp): ReturnType<TestApp['ask']> =>
    app.ask('/a?x=%20', { fields: { 'x-client': 'second', 'if-none-match': '"no"' } })

  describe('a stale response', () => {
    it('answers at once while the app refreshes it, by the same request and exempt from limits', async () => {
      const app = await staleApp(page, { staleWhileRevalidate: '1h' })
      const stale = await ask(app)
      expect(stale.text).toBe('run 1')
      expect(stale.fields).toMatchObject({
        age: '61',
        'cache-status': 'forebay; hit; ttl=-1; detail=stale-while-revalidate',
      })
      await vi.waitFor(() => expect(app.seen).toHaveLength(2), { timeout: 20_000 })
      const [, refresh] = app.seen
      expect([refresh?.method, refresh?.url]).toEqual(['GET', '/a?x=%20'])
      expect(refresh?.headers).toMatchObject({
        'x-client': 'second',
        host: expect.stringContaining('127.0.0.1'),
      })
      expect(refresh?.headers['if-none-match']).not.toBe('"no"')
      await vi.waitFor(async () => expect(app.cache.stats().stored).toBe(2), { timeout: 20_000 })
      // The third request of three: the refresh was not counted.
      const fresh = await ask(app)
      expect([fresh.text, fresh.fields['x-ratelimit-remaining']]).toEqual(['run 2', '0'])
    })

    it('is refreshed once, however many ask for it', async () => {
      const handlerGate = gate()
      const handle: Handle = async (request, run) => {
        if (run > 1) await handlerGate.opened
        return page(request, run)
      }
      const app = await staleApp(handle, { staleWhileRevalidate: '1h' })
      const answers = await Promise.all([ask(app), ask(app)])
      expect(answers.map(({ text }) => text)).toEqual(['run 1', 'run 1'])
      handlerGate.open()
      await app.cache.close()
      expect(app.seen).toHaveLength(2)
    })

    it('stays while its refresh fails', async () => {
      const app = await staleApp(
        (request, run) => (run > 1 ? { body: { kind: 'throw', message: 'a bug' } } : page(request, run)),
        { staleWhileRevalidate: '1h' },
      )
      expect((await ask(app)).text).toBe('run 1')
      await vi.waitFor(() => expect(app.seen).toHaveLength(2), { timeout: 20_000 })
      expect((await ask(app)).text).toBe('run 1')
    })

    it.each<[string, NeutralReply]>([
      ['throws', { body: { kind: 'throw', message: 'a bug' } }],
      ['answers 503', { status: 503, body: { kind: 'text', text: 'broken' } }],
    ])('answers when the handler %s, where that is allowed', async (_what, failure) => {
      const handle: Handle = (request, run) => (run > 1 ? failure : page(request, run))
      const app = await staleApp(handle, { staleIfError: '1h' })
      const stale = await ask(app)
      expect([stale.status, stale.text]).toEqual([200, 'run 1'])
      expect(stale.fields['cache-status']).toMatch(
        /^forebay; fwd=stale; fwd-status=50[03]; ttl=-1; detail=stale-if-error$/,
      )
      const strict = await staleApp(handle)
      expect((await ask(strict)).status).toBeGreaterThanOrEqual(500)
    })

    it('is brought up to date by a 304 of the handler, and the client gets what it asked for', async () => {
      const app = await staleApp((_, run) =>
        run > 1
          ? { status: 304, fields: [['etag', '"v1"']], body: { kind: 'empty' } }
          : { fields: [['etag', '"v1"']], body: { kind: 'text', text: 'whole' } },
      )
      const validated = await ask(app)
      expect([validated.status, validated.text]).toEqual([200, 'whole'])
      expect(validated.fields['cache-status']).toBe('forebay; fwd=stale; fwd-status=304')
      expect(app.seen[1]?.headers['if-none-match']).toBe('"v1"')
      const hit = await app.ask('/a?x=%20', { fields: { 'if-none-match': '"v1"' } })
      expect([hit.status, hit.body.length]).toEqual([304, 0])
      expect(hit.fields['cache-status']).toBe('forebay; hit; ttl=60')
    })
  })
}
