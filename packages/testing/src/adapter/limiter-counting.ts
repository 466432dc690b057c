/** Who is counted, together with whom, and by how much. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralRoute } from '../adapter-harness.ts'
import { startApp, text, type TestApp, type Given } from './test-app.ts'

export function limiterCounting(harness: AdapterHarness): void {
  const route = (path: string, rateLimit?: object, method: string = 'GET'): NeutralRoute => ({
    method,
    path,
    handle: () => text(path),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  })
  const statuses = async (app: TestApp, ...paths: readonly string[]): Promise<number[]> => {
    const seen: number[] = []
    for (const path of paths) seen.push((await app.ask(path)).status)
    return seen
  }
  const onRoutes = (make: (given: Given) => readonly NeutralRoute[]): Promise<TestApp> =>
    startApp(harness, (given) => ({ routes: make(given) }))

  describe('groups', () => {
    it('count a route by its pattern', async () => {
      const app = await onRoutes((given) => [route('/products/:id', { ...given, limit: 2, window: '1m' })])
      expect(await statuses(app, '/products/1', '/products/2', '/products/3')).toEqual([200, 200, 429])
    })

    it('count routes apart', async () => {
      const app = await onRoutes((given) => [
        route('/a', { ...given, limit: 1, window: '1m' }),
        route('/b', { ...given, limit: 1, window: '1m' }),
      ])
      expect(await statuses(app, '/a', '/b', '/a', '/b')).toEqual([200, 200, 429, 429])
    })

    it('count methods of one path apart, but HEAD as GET', async () => {
      const app = await onRoutes((given) => [
        route('/a', { ...given, limit: 2, window: '1m' }),
        route('/a', { ...given, limit: 2, window: '1m' }, 'POST'),
      ])
      expect((await app.ask('/a')).status).toBe(200)
      expect((await app.ask('/a', { method: 'HEAD' })).status).toBe(200)
      expect((await app.ask('/a', { method: 'HEAD' })).status).toBe(429)
      expect((await app.ask('/a')).status).toBe(429)
      expect((await app.ask('/a', { method: 'POST' })).status).toBe(200)
    })

    it('of the same name on one backend share one counter', async () => {
      const app = await onRoutes((given) => [
        route('/a', { ...given, limit: 2, window: '1m', group: 'shared' }),
        route('/b', { ...given, limit: 2, window: '1m', group: 'shared' }),
      ])
      expect(await statuses(app, '/a', '/b', '/a', '/b')).toEqual([200, 200, 429, 429])
    })

    it('of a whole app count everything together, what has no route included', async () => {
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 3, window: '1m' },
        routes: [route('/a'), route('/b')],
      }))
      expect(await statuses(app, '/a', '/b', '/nothing', '/a', '/nowhere')).toEqual([200, 200, 404, 429, 429])
    })
  })

  describe('keys', () => {
    const keyed = (options: object): Promise<TestApp> =>
      startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 1, window: '1m', ...options },
        routes: [route('/a')],
      }))
    const by = (user: string) => ({ fields: { 'x-user': user } })
    const userOf = (request: { headers: Record<string, unknown> }): string | undefined => {
      const user = request.headers['x-user']
      return typeof user === 'string' ? user : undefined
    }

    it('are the address by default, whatever a client says of itself', async () => {
      const app = await keyed({})
      expect((await app.ask('/a')).status).toBe(200)
      expect((await app.ask('/a', { fields: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(429)
      expect((await app.ask('/a', { fields: { forwarded: 'for=203.0.113.9' } })).status).toBe(429)
    })

    it.each([
      ['at once', (user: string | undefined) => user],
      ['later', async (user: string | undefined) => user],
    ])('are what the function says, %s', async (_name, answer) => {
      const app = await keyed({ key: harness.lift((request) => answer(userOf(request))) })
      expect((await app.ask('/a', by('ann'))).status).toBe(200)
      expect((await app.ask('/a', by('bob'))).status).toBe(200)
      expect((await app.ask('/a', by('ann'))).status).toBe(429)
    })

    it('fall back to the address, apart from every key', async () => {
      const app = await keyed({ key: harness.lift(userOf) })
      expect((await app.ask('/a')).status).toBe(200)
      expect((await app.ask('/a', by('127.0.0.1'))).status).toBe(200)
      expect((await app.ask('/a')).status).toBe(429)
    })

    it.each([
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
      ['a:b', 'a:b'],
      ['long', 'x'.repeat(10_000)],
    ])('may be %s', async (_name, user) => {
      const app = await keyed({ key: harness.lift(userOf) })
      expect((await app.ask('/a', by(user))).status).toBe(200)
      expect((await app.ask('/a', by(user))).status).toBe(429)
    })
  })
}
