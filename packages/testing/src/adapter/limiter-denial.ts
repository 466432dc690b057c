/** What a denied request is answered, and what the handler hears of it. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness } from '../adapter-harness.ts'
import { counted, startApp, text, type CountedHandler, type TestApp } from './test-app.ts'

export function limiterDenial(harness: AdapterHarness): void {
  describe('denial', () => {
    const denying = (options: object, handle: CountedHandler = counted(() => text('a'))): Promise<TestApp> =>
      startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 1, window: '1m', ...options },
        routes: [
          { method: 'GET', path: '/a', handle },
          { method: 'HEAD', path: '/head-only', handle },
        ],
      }))

    it('does not call the handler', async () => {
      const handle = counted(() => text('a'))
      const app = await denying({}, handle)
      expect((await app.ask('/a')).status).toBe(200)
      for (let time = 0; time < 3; time++) expect((await app.ask('/a')).status).toBe(429)
      expect(handle.runs).toBe(1)
    })

    it('is a problem of RFC 9457 that names the policies', async () => {
      const app = await denying({ limit: 0 })
      const { status, fields, body, text: content } = await app.ask('/a')
      expect(status).toBe(429)
      expect(fields['content-type']).toBe('application/problem+json')
      expect(fields['content-length']).toBe(String(body.length))
      expect(JSON.parse(content)).toMatchObject({
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        title: expect.any(String),
        status: 429,
        'violated-policies': ['default'],
      })
    })

    it('sends HEAD the fields without the content', async () => {
      const app = await denying({ limit: 0 })
      const get = await app.ask('/a')
      const head = await app.ask('/a', { method: 'HEAD' })
      expect(head.status).toBe(429)
      expect(head.body).toHaveLength(0)
      expect(head.fields['content-type']).toBe(get.fields['content-type'])
      expect(head.fields['content-length']).toBe(get.fields['content-length'])
    })

    it('has the status that is asked for', async () => {
      const app = await denying({ limit: 0, status: 420 })
      expect((await app.ask('/a')).status).toBe(420)
    })

    it.each([
      ['text', 'slow down', 'text/plain; charset=utf-8', 'slow down'],
      ['an object', { error: 'slow down' }, 'application/json', '{"error":"slow down"}'],
    ])('has the body that is asked for: %s', async (_name, given, type, expected) => {
      const app = await denying({ limit: 0, body: given })
      const { fields, text: content } = await app.ask('/a')
      expect(content).toBe(expected)
      expect(fields['content-type']).toContain(type.split(';')[0])
    })

    it('has a body made of the request and the decision', async () => {
      const body = harness.lift((request, decision) => ({
        url: request.url,
        remaining: (decision as { remaining: number }).remaining,
      }))
      const app = await denying({ limit: 0, body })
      expect(JSON.parse((await app.ask('/a')).text)).toEqual({ url: '/a', remaining: 0 })
    })

    it("is left to the app's own onDenied", async () => {
      const seen: unknown[] = []
      const onDenied = harness.answer((_request, decision) => {
        seen.push(decision)
        return { status: 418, fields: [['x-own', 'yes']], body: { kind: 'text', text: 'own answer' } }
      })
      const handle = counted(() => text('a'))
      const app = await denying({ limit: 0, onDenied }, handle)
      const answer = await app.ask('/a')
      expect([answer.status, answer.text, answer.fields['x-own']]).toEqual([418, 'own answer', 'yes'])
      expect(answer.fields).toMatchObject({ 'x-ratelimit-limit': '0' })
      expect(seen).toMatchObject([{ allowed: false, limit: 0, remaining: 0, reason: 'quota' }])
      expect(handle.runs).toBe(0)
    })
  })

  describe('the decision on the request', () => {
    it('tells what was decided', async () => {
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 3, window: '1m', key: harness.lift(() => 'somebody') },
        routes: [{ method: 'GET', path: '/a', handle: () => text('a') }],
      }))
      await app.ask('/a')
      const decision = app.running.lastDecision()
      expect(decision).toMatchObject({
        allowed: true,
        limit: 3,
        remaining: 2,
        key: 'somebody',
        source: 'backend',
        policies: [{ name: 'default', limit: 3, remaining: 2 }],
      })
      expect(decision?.resetAt).toBeGreaterThan(app.clock.now())
      expect(decision?.retryAfterMs).toBeUndefined()
    })

    it('tells that a request was skipped', async () => {
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 0, window: '1m', skip: harness.lift(() => true) },
        routes: [{ method: 'GET', path: '/a', handle: () => text('a') }],
      }))
      expect((await app.ask('/a')).status).toBe(200)
      expect(app.running.lastDecision()).toMatchObject({ allowed: true, source: 'skipped' })
    })
  })
}
