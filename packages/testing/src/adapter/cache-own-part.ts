/** Only the handler's part is stored and replayed. */
import { describe, expect, it } from 'vitest'
import type { FieldLine } from '@forebay/core'
import type { AdapterHarness } from '../adapter-harness.ts'
import { counted, numbered, startApp, text } from './test-app.ts'

export function cacheOwnPart(harness: AdapterHarness): void {
  describe("only the handler's part", () => {
    it('leaves the fields of outer middleware to each request', async () => {
      const app = await startApp(harness, (given) => ({
        outside: (request) => [
          ['x-request-id', String(request.headers['x-request-id'])],
          ['x-outer', 'same'],
          ['set-cookie', `visit=${String(request.headers['x-request-id'])}`],
        ],
        responseCache: { ...given, ttl: '5m' },
        routes: [{ method: 'GET', path: '/a', handle: numbered() }],
      }))
      const asked = (id: string) => app.ask('/a', { fields: { 'x-request-id': id } })
      await asked('one')
      const hit = await asked('two')
      expect(hit.text).toBe('run 1')
      expect(hit.fields).toMatchObject({
        'x-request-id': 'two',
        'x-outer': 'same',
        'set-cookie': ['visit=two'],
      })
    })

    it('stores what the handler set in place of outer middleware', async () => {
      const app = await startApp(harness, (given) => ({
        outside: (request) => [['x-powered-by', String(request.headers['x-by'])]],
        responseCache: { ...given, ttl: '5m' },
        routes: [{ method: 'GET', path: '/a', handle: numbered({ fields: [['x-powered-by', 'water']] }) }],
      }))
      await app.ask('/a', { fields: { 'x-by': 'one' } })
      const hit = await app.ask('/a', { fields: { 'x-by': 'two' } })
      expect([hit.text, hit.fields['x-powered-by']]).toEqual(['run 1', 'water'])
    })

    it('never replays fields of the connection or of a limiter', async () => {
      const never: readonly FieldLine[] = [
        ['connection', 'x-hop'],
        ['x-hop', 'secret'],
        ['proxy-authenticate', 'Basic'],
        ['retry-after', '5'],
        ['ratelimit', '"handler";r=1;t=1'],
        ['ratelimit-policy', '"handler";q=1;w=1'],
        ['x-ratelimit-limit', '77'],
        ['x-ratelimit-remaining', '76'],
        ['x-ratelimit-reset', '75'],
      ]
      const app = await startApp(harness, (given) => ({
        responseCache: { ...given, ttl: '5m' },
        routes: [{ method: 'GET', path: '/a', handle: numbered({ fields: [...never, ['x-kept', 'yes']] }) }],
      }))
      await app.ask('/a')
      const hit = await app.ask('/a')
      expect([hit.text, hit.fields['x-kept']]).toEqual(['run 1', 'yes'])
      for (const [name] of never.slice(1)) expect(hit.fields).not.toHaveProperty(name)
      expect(hit.fields.connection).not.toBe('x-hop')
    })
  })

  describe('a cache behind a limiter', () => {
    it('counts every request, and tells each its own quota', async () => {
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 3, window: '1m', headers: ['legacy', 'draft-10'] },
        responseCache: { ...given, ttl: '5m' },
        routes: [{ method: 'GET', path: '/a', handle: numbered() }],
      }))
      const remaining: unknown[] = []
      for (let time = 0; time < 3; time++) {
        const answer = await app.ask('/a')
        expect(answer.text).toBe('run 1')
        remaining.push(answer.fields['x-ratelimit-remaining'])
        expect(answer.fields['ratelimit']).toContain(`r=${2 - time}`)
      }
      expect(remaining).toEqual(['2', '1', '0'])
      expect((await app.ask('/a')).status).toBe(429)
    })

    it('never stores a denial', async () => {
      const handle = counted(() => text('a'))
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 1, window: '1s' },
        responseCache: { ...given, ttl: '5m' },
        routes: [
          { method: 'GET', path: '/a', handle },
          { method: 'GET', path: '/b', handle },
        ],
      }))
      await app.ask('/b')
      expect((await app.ask('/a')).status).toBe(429)
      app.clock.advance(2_000)
      const answer = await app.ask('/a')
      expect([answer.status, answer.text]).toEqual([200, 'a'])
    })
  })
}
