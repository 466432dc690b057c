/** Whole or nothing: a response that was cut off is never stored. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralReply } from '../adapter-harness.ts'
import {
  aWhile,
  cachedApp,
  counted,
  gate,
  numbered,
  text,
  type CountedHandler,
  type TestApp,
} from './test-app.ts'

const chunk = Buffer.alloc(65_536, 'x')
/** More than the buffers between two sockets hold: its sender has to wait for its reader. */
const long = Array.from({ length: 400 }, () => chunk)

export function cacheWhole(harness: AdapterHarness): void {
  const serving = (handle: CountedHandler, options?: object): Promise<TestApp> =>
    cachedApp(harness, handle, options)
  /** The first run's reply, then `run <number>`. */
  const firstThen = (first: NeutralReply): CountedHandler =>
    counted((_, run) => (run === 1 ? first : text(`run ${run}`)))

  describe('whole or nothing', () => {
    it('does not store a stream that fails', async () => {
      const app = await serving(
        firstThen({ body: { kind: 'failing-stream', chunks: [Buffer.from('half'), Buffer.from(' of it')] } }),
      )
      const failed = await app.ask('/a')
      expect(failed.complete && failed.status === 200).toBe(false)
      const next = await app.ask('/a')
      expect([next.status, next.text]).toEqual([200, 'run 2'])
      expect((await app.ask('/a')).text).toBe('run 2')
    })

    it('does not store what is shorter than its Content-Length', async () => {
      const app = await serving(
        firstThen({
          fields: [['content-length', '10']],
          body: { kind: 'raw', chunks: [Buffer.from('short')] },
        }),
      )
      const cut = app.ask('/a', { leaveAfterBytes: 5 })
      expect((await cut).complete).toBe(false)
      expect((await app.ask('/a')).text).toBe('run 2')
    })

    it.each(['stream', 'web-stream'] as const)(
      'does not store what its client did not wait for: %s',
      async (kind) => {
        const handle = firstThen({ body: { kind, chunks: long } })
        const app = await serving(handle, { maxBodyBytes: 2 ** 26 })
        const left = await app.ask('/a', { leaveAfterBytes: 1 })
        expect(left.complete).toBe(false)
        const next = await app.ask('/a')
        expect([next.text, next.complete]).toEqual(['run 2', true])
      },
    )

    it('does not store what its client left before the first byte', async () => {
      const begun = gate()
      const end = gate()
      const leave = gate()
      const handle = counted(async (_, run) => {
        begun.open()
        if (run === 1) await end.opened
        return text(`run ${run}`)
      })
      const app = await serving(handle)
      const left = app.ask('/a', { leaveWhen: leave.opened })
      await begun.opened
      leave.open()
      await left
      // The server hears of it a little later than the client.
      await aWhile()
      end.open()
      expect((await app.ask('/a')).text).toBe('run 2')
    })

    it('stores a stream once it is whole', async () => {
      const handle = counted(() => ({ body: { kind: 'stream', chunks: [chunk, chunk, chunk] } }))
      const app = await serving(handle)
      for (let time = 0; time < 2; time++) {
        const answer = await app.ask('/a')
        expect([answer.complete, answer.body.length]).toEqual([true, 3 * chunk.length])
      }
      expect(handle.runs).toBe(1)
    })

    it('passes a stream that is longer than any buffer', async () => {
      const handle = counted(() => ({ body: { kind: 'stream', chunks: long } }))
      const app = await serving(handle)
      const answer = await app.ask('/a')
      expect([answer.complete, answer.body.length]).toEqual([true, long.length * chunk.length])
    })

    it('never stores an event stream', async () => {
      const handle = numbered({ fields: [['content-type', 'text/event-stream']] })
      const app = await serving(handle)
      await app.ask('/a')
      expect((await app.ask('/a')).text).toBe('run 2')
    })
  })
}
