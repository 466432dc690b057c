/** The fields that a limiter sets. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness } from '../adapter-harness.ts'
import { startApp, text, type TestApp } from './test-app.ts'

export function limiterFields(harness: AdapterHarness): void {
  describe('fields of the limiter', () => {
    const limited = (options: object): Promise<TestApp> =>
      startApp(harness, (given) => ({
        rateLimit: { ...given, algorithm: 'fixed-window', limit: 3, window: '1m', ...options },
        routes: [{ method: 'GET', path: '/a', handle: () => text('a') }],
      }))

    it('are the legacy ones by default', async () => {
      const app = await limited({})
      const reset = String(Math.ceil(app.clock.now() / 1_000) + 60)
      const first = await app.ask('/a')
      expect(first.fields).toMatchObject({
        'x-ratelimit-limit': '3',
        'x-ratelimit-remaining': '2',
        'x-ratelimit-reset': reset,
      })
      expect(first.fields).not.toHaveProperty('retry-after')
      expect(first.fields).not.toHaveProperty('ratelimit')
      app.clock.advance(500)
      expect((await app.ask('/a')).fields).toMatchObject({
        'x-ratelimit-remaining': '1',
        'x-ratelimit-reset': reset,
      })
    })

    it('are those of draft 10 on demand', async () => {
      const app = await limited({ headers: 'draft-10' })
      const { fields } = await app.ask('/a')
      expect(fields['ratelimit-policy']).toBe('"default";q=3;w=60')
      expect(fields['ratelimit']).toBe('"default";r=2;t=60')
      expect(fields).not.toHaveProperty('x-ratelimit-limit')
    })

    it('list every policy in draft 10, and show the one closest to denial in the legacy ones', async () => {
      const policies = [
        { name: 'burst', limit: 20, window: '1s' },
        { name: 'daily', limit: 10_000, window: '1d' },
      ]
      const app = await limited({
        headers: ['legacy', 'draft-10'],
        policies,
        limit: undefined,
        window: undefined,
      })
      const { fields } = await app.ask('/a')
      expect(fields['ratelimit-policy']).toBe('"burst";q=20;w=1, "daily";q=10000;w=86400')
      expect(fields['ratelimit']).toBe('"burst";r=19;t=1, "daily";r=9999;t=86400')
      expect(fields).toMatchObject({ 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '19' })
    })

    it('are none when switched off', async () => {
      const app = await limited({ headers: false })
      const { fields } = await app.ask('/a')
      expect(Object.keys(fields).filter((name) => name.includes('ratelimit'))).toEqual([])
    })

    it('are on the responses that deny', async () => {
      const app = await limited({ limit: 0, headers: ['legacy', 'draft-10'] })
      const { status, fields } = await app.ask('/a')
      expect(status).toBe(429)
      expect(fields).toMatchObject({ 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' })
      expect(fields['ratelimit']).toMatch(/^"default";r=0/)
    })

    it('are on responses without a route', async () => {
      const app = await limited({})
      const { status, fields } = await app.ask('/nothing')
      expect(status).toBe(404)
      expect(fields).toMatchObject({ 'x-ratelimit-remaining': '2' })
    })

    it.each([0, 300])('announce a wait that suffices, %i ms into the window', async (into) => {
      const app = await limited({ limit: 1 })
      await app.ask('/a')
      app.clock.advance(into)
      const denied = await app.ask('/a')
      expect(denied.status).toBe(429)
      expect(denied.fields['retry-after']).toBe('60')
      app.clock.advance(58_000)
      expect((await app.ask('/a')).status).toBe(429)
      app.clock.advance(2_000)
      expect((await app.ask('/a')).status).toBe(200)
    })

    it('announce no wait where none would help', async () => {
      const app = await limited({ cost: 4 })
      const denied = await app.ask('/a')
      expect(denied.status).toBe(429)
      expect(denied.fields).not.toHaveProperty('retry-after')
    })
  })

  describe('fields of the limiter on errors', () => {
    it('stay when the handler throws', async () => {
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 3, window: '1m' },
        routes: [
          { method: 'GET', path: '/a', handle: () => ({ body: { kind: 'throw', message: 'a bug' } }) },
        ],
      }))
      const { status, fields } = await app.ask('/a')
      expect(status).toBe(500)
      expect(fields).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' })
    })
  })
}
