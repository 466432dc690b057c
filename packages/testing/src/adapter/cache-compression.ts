/** Compression on either side of the cache: nobody receives an encoding that they did not ask for. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralBody } from '../adapter-harness.ts'
import { counted, startApp, type TestApp } from './test-app.ts'
import type { WireResponse } from './wire.ts'

const content = 'water '.repeat(2_000)

const bodies: readonly NeutralBody[] = [
  { kind: 'text', text: content },
  { kind: 'json', value: { content } },
  { kind: 'stream', chunks: [Buffer.from(content.slice(0, 5_000)), Buffer.from(content.slice(5_000))] },
]

/** What a client makes of it. */
function decoded({ fields, body }: WireResponse): string {
  return (fields['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
}

export function cacheCompression(harness: AdapterHarness): void {
  describe.each(['outside', 'inside'] as const)('compression %s of the cache', (compress) => {
    describe.each(bodies)('of $kind', (body) => {
      const fields = [['content-type', body.kind === 'json' ? 'application/json' : 'text/plain'] as const]
      const expected = body.kind === 'json' ? JSON.stringify({ content }) : content
      const serving = async (): Promise<{ app: TestApp; runs: () => number }> => {
        const handle = counted(() => ({ fields, body }))
        const app = await startApp(harness, (given) => ({
          compress,
          responseCache: { ...given, ttl: '5m' },
          routes: [{ method: 'GET', path: '/a', handle }],
        }))
        return { app, runs: () => handle.runs }
      }
      const gzip = { fields: { 'accept-encoding': 'gzip' } }
      const identity = { fields: { 'accept-encoding': 'identity' } }

      it.each([
        ['compressed first', [gzip, identity, gzip, identity, gzip]],
        ['plain first', [identity, gzip, identity, gzip, identity]],
      ])('answers each as it asked: %s', async (_name, requests) => {
        const { app, runs } = await serving()
        for (const wanted of requests) {
          const answer = await app.ask('/a', wanted)
          expect([answer.status, answer.complete]).toEqual([200, true])
          expect(answer.fields['content-encoding']).toBe(wanted === gzip ? 'gzip' : undefined)
          if (wanted === gzip) expect(answer.fields.vary).toMatch(/accept-encoding/i)
          expect(decoded(answer)).toBe(expected)
        }
        expect(runs()).toBeLessThanOrEqual(2)
      })
    })
  })
}
