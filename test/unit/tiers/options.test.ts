/** What `tieredBackend` takes. */
import { ForebayError, memoryBackend, tieredBackend } from '@forebay/core'
import { describe, expect, it } from 'vitest'
import { simulatedFleet } from '../../tiers/simulated-fleet.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const { shared, tiered } = simulatedFleet()
const near = memoryBackend()
const far = shared(0)

const wrong: readonly (readonly [what: string, options: object, told: RegExp])[] = [
  ['an unknown option', { near, far, nearTTL: '1s' }, /unknown option 'nearTTL'.*Did you mean 'nearTtl'/],
  ['no near', { far }, /near: undefined.*memoryBackend\(\)/],
  ['no far', { near }, /far: undefined.*redisBackend\(url\)/],
  ['something else than a backend', { near: new Map(), far }, /near: .*an object with clock, limits/],
  ['a URL for a backend', { near, far: 'redis://localhost' }, /far: "redis:\/\/localhost"/],
  ['a near that others share', { near: shared(1), far }, /near: a backend of kind "simulated"/],
  ['the same backend twice', { near, far: near }, /far: a backend of kind "memory".*another backend/],
  ['tiers behind tiers', { near, far: tiered(2) }, /far: a backend of kind "tiered"/],
  ['no time at all', { near, far, nearTtl: 0 }, /nearTtl: 0 is not accepted.*at least 1 ms/],
  ['no logger', { near, far, logger: {} }, /logger: .*an object with warn, error/],
  ['no duration', { near, far, nearTtl: 'soon' }, /nearTtl: "soon" is not accepted/],
]

describe('the options of tieredBackend', () => {
  it.each(wrong)('refuse %s', (_what, options, told) => {
    expect(() => tieredBackend(options as never)).toThrow(told)
    expect(() => tieredBackend(options as never)).toThrow(ForebayError)
  })

  it('refuse a near backend that answers later', () => {
    const entries = { ...near.entries, get: async () => undefined }
    expect(() => tieredBackend({ near: { ...near, entries }, far })).toThrow(/near: .*in this process/)
  })

  it('refuse no options', () => {
    expect(() => tieredBackend(undefined as never)).toThrow(/undefined given as options/)
  })
})

describe('a tiered backend', () => {
  it('is the far one in everything but its entries', () => {
    const journal = { append: () => 0, open: () => undefined }
    const backend = tieredBackend({ near, far: { ...far, journal } })
    expect(backend.kind).toBe('tiered')
    expect(backend.shared).toBe(true)
    for (const part of ['clock', 'limits', 'locks', 'bus'] as const) expect(backend[part]).toBe(far[part])
    expect(backend.journal).toBe(journal)
    expect('journal' in tieredBackend({ near, far })).toBe(false)
  })

  it('logs once that other nodes are not told, once that they have been, and nothing after it is closed', async () => {
    const { tiered: other, clock } = simulatedFleet()
    const lines: string[] = []
    const logger = {
      warn: (line: string) => void lines.push(`warn ${line}`),
      error: (line: string) => {
        lines.push(`error ${line}`)
        throw new Error('a logger that fails')
      },
    }
    let isTaken = false
    const publish = async (): Promise<void> => {
      if (!isTaken) throw new Error('no bus')
    }
    const backend = other(0, {
      logger,
      sabotage: (whole) => ({ ...whole, bus: { publish, subscribe: () => () => undefined } }),
    })
    const write = async (key: string): Promise<unknown> =>
      Promise.resolve(backend.entries.delete({ name: 'any' } as never, key)).catch(() => undefined)
    await write('a')
    await write('b')
    await settled()
    expect(lines).toEqual([expect.stringMatching(/^error .*other nodes/)])
    isTaken = true
    clock.advance(1_000)
    await settled()
    expect(lines).toEqual([expect.anything(), expect.stringMatching(/^warn .*told everything/)])
    isTaken = false
    await backend.close()
    expect(lines).toHaveLength(2)
  })

  it('says how both are, and whether copies are in use', async () => {
    const { tiered: other, bus } = simulatedFleet({ subscribeMs: 100 })
    const backend = other(0)
    expect(await backend.health()).toMatchObject({ ok: true, detail: expect.stringContaining('not in use') })
    await backend.entries.stamp({ name: 'any' } as never)
    expect(bus.node(0).isLive?.('tiers')).toBe(false)
    await backend.close()
  })
})
