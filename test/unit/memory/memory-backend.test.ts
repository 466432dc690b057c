import { createRateLimiter, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { expect, it, vi } from 'vitest'
import { scope } from '../../../packages/testing/src/cache-store/entries.ts'

it('answers at once and says that it is well', async () => {
  const backend = memoryBackend({ clock: manualClock() })
  expect(backend).toMatchObject({ kind: 'memory', shared: false })
  expect(backend.entries.stamp(scope)).toBe(1)
  expect(await backend.health()).toMatchObject({ ok: true, latencyMs: 0 })
})

it.each([
  [{ maxByte: 1 }, 'FOREBAY_UNKNOWN_OPTION', "Did you mean 'maxBytes'"],
  [{ maxBytes: -1 }, 'FOREBAY_INVALID_OPTION', 'maxBytes: -1'],
  [{ maxEntries: 1.5 }, 'FOREBAY_INVALID_OPTION', 'maxEntries: 1.5'],
  [{ maxKeys: Number.NaN }, 'FOREBAY_INVALID_OPTION', 'maxKeys: NaN'],
  [{ clock: {} }, 'FOREBAY_INVALID_OPTION', 'clock'],
  [{ logger: {} }, 'FOREBAY_INVALID_OPTION', 'logger'],
])('refuses %j', (options, code, words) => {
  expect(() => memoryBackend(options as object)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  )
})

it('forgets entries and leases when it is closed, also twice', async () => {
  const clock = manualClock()
  const backend = memoryBackend({ clock })
  const now = clock.now()
  const life = { storedAt: now, staleAt: now + 1, deleteAt: now + 1, labels: [], path: '/' }
  void backend.entries.set(scope, 'k', { value: 1, bytes: 1, stamp: 1, ...life })
  void backend.locks.acquire('k', 1_000)
  await backend.close()
  await backend[Symbol.asyncDispose]()
  expect(backend.entries.get(scope, 'k')).toBeUndefined()
  expect(backend.locks.acquire('k', 1_000)).toBeDefined()
})

it('logs once that new keys share counters', async () => {
  const warn = vi.fn()
  const backend = memoryBackend({ maxKeys: 5, logger: { warn, error: vi.fn() } })
  const limiter = createRateLimiter({ limit: 1, window: '1m', backend })
  for (let key = 0; key < 5; key++) await limiter.consume(`key ${key}`)
  expect(warn).not.toHaveBeenCalled()
  for (let key = 5; key < 50; key++) await limiter.consume(`key ${key}`)
  expect(warn.mock.calls).toEqual([[expect.stringContaining('maxKeys (5) is too small')]])
})
