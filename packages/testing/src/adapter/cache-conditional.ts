/** Conditional requests and HEAD, answered from what is stored. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralRequest } from '../adapter-harness.ts'
import { cachedApp, counted, type TestApp } from './test-app.ts'
import type { WireRequest } from './wire.ts'

const etag = '"v1"'
const modified = 'Thu, 01 Jan 2026 00:00:00 GMT'
const later = 'Fri, 02 Jan 2026 00:00:00 GMT'
const earlier = 'Wed, 31 Dec 2025 00:00:00 GMT'

export function cacheConditional(harness: AdapterHarness): void {
  async function serving(): Promise<{ app: TestApp; seen: NeutralRequest['headers'][] }> {
    const seen: NeutralRequest['headers'][] = []
    const handle = counted((request) => {
      seen.push({ ...request.headers })
      return {
        fields: [
          ['etag', etag],
          ['last-modified', modified],
        ],
        body: { kind: 'text', text: 'content' },
      }
    })
    const app = await cachedApp(harness, handle)
    return { app, seen }
  }
  const asking = (name: string, value: string): WireRequest => ({ fields: { [name]: value } })

  const satisfied: readonly (readonly [name: string, value: string])[] = [
    ['if-none-match', etag],
    ['if-none-match', `W/${etag}`],
    ['if-none-match', `"other", ${etag}`],
    ['if-none-match', '*'],
    ['if-modified-since', modified],
    ['if-modified-since', later],
  ]
  const unsatisfied: readonly (readonly [name: string, value: string])[] = [
    ['if-none-match', '"other"'],
    ['if-modified-since', earlier],
    ['if-modified-since', 'nonsense'],
  ]

  describe('conditional requests', () => {
    it.each(satisfied)('on a hit are answered 304: %s: %s', async (name, value) => {
      const { app, seen } = await serving()
      await app.ask('/a')
      const answer = await app.ask('/a', asking(name, value))
      expect([answer.status, answer.body.length, answer.complete]).toEqual([304, 0, true])
      expect(answer.fields).toMatchObject({ etag, age: '0', 'cache-status': 'forebay; hit; ttl=300' })
      expect(seen).toHaveLength(1)
    })

    it.each(unsatisfied)('on a hit are answered whole: %s: %s', async (name, value) => {
      const { app, seen } = await serving()
      await app.ask('/a')
      const answer = await app.ask('/a', asking(name, value))
      expect([answer.status, answer.text]).toEqual([200, 'content'])
      expect(seen).toHaveLength(1)
    })

    it.each(satisfied)('on a miss store the whole and are answered 304: %s: %s', async (name, value) => {
      const { app, seen } = await serving()
      const answer = await app.ask('/a', asking(name, value))
      expect([answer.status, answer.body.length, answer.complete]).toEqual([304, 0, true])
      expect(answer.fields['cache-status']).toBe('forebay; fwd=uri-miss; stored')
      expect(seen[0]).not.toHaveProperty(name)
      const whole = await app.ask('/a')
      expect([whole.status, whole.text]).toEqual([200, 'content'])
      expect(seen).toHaveLength(1)
    })

    it('prefer If-None-Match', async () => {
      const { app } = await serving()
      await app.ask('/a')
      const fields = { 'if-none-match': '"other"', 'if-modified-since': later }
      expect((await app.ask('/a', { fields })).status).toBe(200)
    })
  })

  describe('HEAD', () => {
    it('is answered from a stored GET', async () => {
      const { app, seen } = await serving()
      const get = await app.ask('/a')
      const head = await app.ask('/a', { method: 'HEAD' })
      expect([head.status, head.body.length]).toEqual([200, 0])
      expect(head.fields).toMatchObject({
        etag,
        'content-length': '7',
        'cache-status': 'forebay; hit; ttl=300',
      })
      expect(head.fields['content-type']).toBe(get.fields['content-type'])
      expect(seen).toHaveLength(1)
    })

    it('is not stored as a GET without content', async () => {
      const { app } = await serving()
      expect((await app.ask('/a', { method: 'HEAD' })).status).toBe(200)
      const get = await app.ask('/a')
      expect([get.status, get.text]).toEqual([200, 'content'])
    })

    it('may be conditional', async () => {
      const { app } = await serving()
      await app.ask('/a')
      const head = await app.ask('/a', { method: 'HEAD', fields: { 'if-none-match': etag } })
      expect([head.status, head.body.length]).toEqual([304, 0])
    })
  })
}
