/** Concurrent misses on one key: the handler runs once, and whoever waits is never let down. */
import { describe, expect, it } from 'vitest'
import type { FieldLine } from '@forebay/core'
import type { AdapterHarness } from '../adapter-harness.ts'
import {
  aWhile,
  cachedApp,
  counted,
  gate,
  text,
  type CachedApp,
  type CountedHandler,
  type Gate,
} from './test-app.ts'
import type { WireResponse } from './wire.ts'

interface SlowApp {
  readonly app: CachedApp
  readonly handle: CountedHandler
  /** The first run has begun. */
  readonly begun: Gate
  /** Lets every run end. */
  readonly end: Gate
}

export function cacheCoalescing(harness: AdapterHarness): void {
  async function slow(fields: readonly FieldLine[] = [], options: object = {}): Promise<SlowApp> {
    const begun = gate()
    const end = gate()
    const handle = counted(async (_, run) => {
      begun.open()
      await end.opened
      return { fields, body: { kind: 'text', text: `run ${run}` } }
    })
    const app = await cachedApp(harness, handle, options)
    return { app, handle, begun, end }
  }
  /** As many requests at once, of which one runs the handler and the others have arrived. */
  async function many({ app, begun, end }: SlowApp, count: number): Promise<WireResponse[]> {
    const answers = Array.from({ length: count }, () => app.ask('/a'))
    await begun.opened
    await app.arrived(count)
    end.open()
    return await Promise.all(answers)
  }

  describe('coalescing', () => {
    it('runs the handler once for 50 at once', async () => {
      const running = await slow()
      const answers = await many(running, 50)
      expect(running.handle.runs).toBe(1)
      expect(new Set(answers.map(({ status, text: content }) => `${status} ${content}`))).toEqual(
        new Set(['200 run 1']),
      )
      const statuses = answers.map(({ fields }) => fields['cache-status'])
      expect(statuses.filter((status) => status === 'forebay; fwd=uri-miss; stored')).toHaveLength(1)
      expect(statuses.filter((status) => status === 'forebay; fwd=uri-miss; collapsed')).toHaveLength(49)
    })

    it('can be switched off', async () => {
      const running = await slow([], { coalesce: false })
      await many(running, 5)
      expect(running.handle.runs).toBe(5)
    })

    it.each([
      ['no-store', [['cache-control', 'no-store']]],
      ['private', [['cache-control', 'private']]],
      ['a cookie', [['set-cookie', 'session=secret']]],
    ] as const)(
      'gives everybody an answer of their own when the first cannot be shared: %s',
      async (_name, fields) => {
        const running = await slow(fields)
        const answers = await many(running, 8)
        expect(running.handle.runs).toBe(8)
        expect(new Set(answers.map(({ text: content }) => content)).size).toBe(8)
      },
    )

    it('keeps variants apart', async () => {
      const begun = gate()
      const end = gate()
      const handle = counted(async (request) => {
        begun.open()
        await end.opened
        return { ...text(String(request.headers['accept-language'])), fields: [['vary', 'accept-language']] }
      })
      const app = await cachedApp(harness, handle)
      const answers = ['fr', 'de', 'fr', 'de'].map((language) =>
        app.ask('/a', { fields: { 'accept-language': language } }),
      )
      await begun.opened
      await app.arrived(4)
      end.open()
      expect((await Promise.all(answers)).map(({ text: content }) => content)).toEqual([
        'fr',
        'de',
        'fr',
        'de',
      ])
      expect(handle.runs).toBeLessThanOrEqual(4)
    })

    it('answers those who wait when the first client leaves', async () => {
      const { app, begun, end } = await slow()
      const leave = gate()
      const first = app.ask('/a', { leaveWhen: leave.opened })
      await begun.opened
      const waiting = Array.from({ length: 3 }, () => app.ask('/a'))
      await app.arrived(4)
      leave.open()
      await first
      // The server hears of it a little later than the client.
      await aWhile()
      end.open()
      for (const { status, text: content, complete } of await Promise.all(waiting)) {
        expect([status, complete]).toEqual([200, true])
        expect(content).toMatch(/^run \d$/)
      }
    })

    it('answers those who wait when the first run throws', async () => {
      const begun = gate()
      const end = gate()
      const handle = counted(async (_, run) => {
        begun.open()
        await end.opened
        return run === 1 ? { body: { kind: 'throw', message: 'a bug' } } : text(`run ${run}`)
      })
      const app = await cachedApp(harness, handle)
      const first = app.ask('/a')
      await begun.opened
      const waiting = Array.from({ length: 3 }, () => app.ask('/a'))
      await app.arrived(4)
      end.open()
      expect((await first).status).toBe(500)
      for (const { status, text: content } of await Promise.all(waiting)) {
        expect([status, content]).toEqual([200, expect.stringMatching(/^run [2-4]$/)])
      }
    })
  })
}
