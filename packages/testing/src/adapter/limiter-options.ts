/** Values and functions of the limiter's options, and functions that fail. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness } from '../adapter-harness.ts'
import { counted, startApp, text, type TestApp } from './test-app.ts'

export function limiterOptions(harness: AdapterHarness): void {
  const limited = (options: object): Promise<TestApp> =>
    startApp(harness, (given) => ({
      rateLimit: { ...given, limit: 4, window: '1m', ...options },
      routes: [{ method: 'GET', path: '/a', handle: () => text('a') }],
    }))
  const remaining = async (app: TestApp, fields: Record<string, string> = {}): Promise<unknown> =>
    (await app.ask('/a', { fields })).fields['x-ratelimit-remaining']

  describe('options of the limiter', () => {
    it('take a limit that depends on the request', async () => {
      const limit = harness.lift((request) => (request.headers['x-plan'] === 'paid' ? 100 : 2))
      const app = await limited({ limit })
      expect(await remaining(app, { 'x-plan': 'paid' })).toBe('99')
      expect((await app.ask('/a')).fields['x-ratelimit-limit']).toBe('2')
    })

    it('take a limit and a window that come later', async () => {
      const app = await limited({
        limit: harness.lift(async () => 9),
        window: harness.lift(async () => '10s'),
        headers: 'draft-10',
      })
      expect((await app.ask('/a')).fields['ratelimit-policy']).toBe('"default";q=9;w=10')
    })

    it('take a cost', async () => {
      const app = await limited({ cost: 3 })
      expect(await remaining(app)).toBe('1')
      expect((await app.ask('/a')).status).toBe(429)
    })

    it('take a cost that depends on the request; 0 only looks', async () => {
      const app = await limited({ cost: harness.lift((request) => Number(request.headers['x-cost'])) })
      expect(await remaining(app, { 'x-cost': '3' })).toBe('1')
      expect(await remaining(app, { 'x-cost': '0' })).toBe('1')
      expect((await app.ask('/a', { fields: { 'x-cost': '2' } })).status).toBe(429)
      expect(await remaining(app, { 'x-cost': '1' })).toBe('0')
    })

    it.each([
      ['at once', (truth: boolean) => truth],
      ['later', async (truth: boolean) => truth],
    ])('skip requests, told %s', async (_name, answer) => {
      const skip = harness.lift((request) => answer(request.headers['x-inner'] === 'yes'))
      const app = await limited({ limit: 1, skip })
      for (let time = 0; time < 3; time++) {
        const { status, fields } = await app.ask('/a', { fields: { 'x-inner': 'yes' } })
        expect(status).toBe(200)
        expect(fields).not.toHaveProperty('x-ratelimit-limit')
      }
      expect((await app.ask('/a')).status).toBe(200)
      expect((await app.ask('/a')).status).toBe(429)
    })

    it.each(['sliding-window', 'fixed-window'])('count by %s', async (algorithm) => {
      const app = await limited({ algorithm, limit: 2 })
      expect([await remaining(app), await remaining(app)]).toEqual(['1', '0'])
      expect((await app.ask('/a')).status).toBe(429)
      app.clock.advance(120_000)
      expect(await remaining(app)).toBe('1')
    })
  })

  describe('functions of the limiter that fail', () => {
    const failing: readonly (readonly [name: string, options: object])[] = [
      ['a key that throws', { key: throws() }],
      ['a key that rejects', { key: harness.lift(() => Promise.reject(new Error('no key'))) }],
      ['a key that is no text', { key: harness.lift(() => 42) }],
      ['a cost that is NaN', { cost: harness.lift(() => Number.NaN) }],
      ['a cost that is negative', { cost: harness.lift(() => -1) }],
      ['a cost that is undefined', { cost: harness.lift(() => undefined) }],
      ['a limit that is Infinity', { limit: harness.lift(() => Infinity) }],
      ['a limit that throws', { limit: throws() }],
      ['a window that is nonsense', { window: harness.lift(() => '5 parsecs') }],
      ['a skip that throws', { skip: throws() }],
    ]

    function throws(): (...args: never[]) => never {
      return harness.lift(() => {
        throw new Error('a function with a bug')
      })
    }

    it.each(failing)('deny the request, and the app lives: %s', async (_name, options) => {
      const handle = counted(() => text('a'))
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 4, window: '1m', ...options },
        routes: [{ method: 'GET', path: '/a', handle }],
      }))
      expect((await app.ask('/a')).status).toBe(503)
      expect((await app.ask('/a')).status).toBe(503)
      expect(handle.runs).toBe(0)
    })

    it.each(failing)('let the request pass where failure is open: %s', async (_name, options) => {
      const app = await limited({ ...options, onBackendError: 'open' })
      expect((await app.ask('/a')).status).toBe(200)
    })

    it('leave the denial as prepared when onDenied or body throws', async () => {
      for (const options of [{ onDenied: throws() }, { body: throws() }]) {
        const app = await limited({ ...options, limit: 0 })
        const answer = await app.ask('/a')
        expect(answer.status).toBe(429)
        expect(answer.complete).toBe(true)
      }
    })
  })

  describe('configuration of the limiter', () => {
    it.each([
      ['an unknown option', { limt: 5 }, /'limt'.*'limit'/],
      ['a limit that is NaN', { limit: Number.NaN }, /limit.*NaN/],
      ['a negative limit', { limit: -1 }, /limit.*-1/],
      ['a limit without bound', { limit: Infinity }, /limit.*Infinity/],
      ['a fraction as limit', { limit: 1.5 }, /limit.*1\.5/],
      ['a window in parsecs', { window: '5 parsecs' }, /window.*5 parsecs/],
      ['an unknown algorithm', { algorithm: 'leaky' }, /algorithm.*leaky/],
      ['an unknown family of fields', { headers: 'draft-99' }, /headers.*draft-99/],
      ['a key that is no function', { key: 'ip' }, /key.*ip/],
    ])('is refused when it is made: %s', async (_name, options, message) => {
      await expect(
        harness.start({ rateLimit: { limit: 1, window: '1m', ...options }, routes: [] }),
      ).rejects.toMatchObject({ name: 'ForebayError', message: expect.stringMatching(message) })
    })
  })
}
