/** The suite of a whole backend: its parts, its health, and its end. */
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { BackendHarness } from './backend-harness.ts'
import { busContract } from './bus-contract.ts'
import { cacheStoreContract } from './cache-store-contract.ts'
import { lockStoreContract } from './lock-store-contract.ts'
import { rateLimitStoreContract } from './rate-limit-store-contract.ts'
import { charge } from './rate-limit-store/policies.ts'
import { withBackend } from './with-backend.ts'

/** Declares the tests of every part and of the whole; to be called at the top level of a test file or within `describe`. */
export function backendContract(harness: BackendHarness): void {
  rateLimitStoreContract(harness)
  cacheStoreContract(harness)
  lockStoreContract(harness)
  busContract(harness)

  describe(`${harness.name}: backend`, () => {
    const current = withBackend(harness)

    it('says what it is', () => {
      expect(current.backend.kind).toMatch(/^[a-z][a-z-]*$/)
      expect(typeof current.backend.shared).toBe('boolean')
    })

    it('says how it is', async () => {
      const health = await current.backend.health()
      expect(health.ok).toBe(true)
      expect(health.latencyMs).toBeGreaterThanOrEqual(0)
      expect(health.detail).not.toBe('')
    })

    it('has a clock that does not run backwards', async () => {
      const before = current.now()
      await current.advance(10)
      expect(current.now()).toBeGreaterThan(before)
      expect(Number.isFinite(current.backend.clock.toWall(current.now()))).toBe(true)
    })

    it('can be closed more than once', async () => {
      await current.backend.close()
      await current.backend.close()
      await current.backend[Symbol.asyncDispose]()
    })

    it('leaves nothing behind that keeps the process alive', async () => {
      const before = keepingAlive()
      const running = await harness.start()
      const { backend } = running
      const undo = backend.bus.subscribe('topic', { message: () => undefined, gap: () => undefined })
      await backend.limits.consume('group', 'key', charge())
      await backend.limits.block('group', 'key', 60_000)
      await backend.locks.acquire('key', 60_000)
      backend.clock.schedule(60_000, () => undefined)
      undo()
      await backend.close()
      // The test runner has timers of its own, which come and go; and what is over in a moment keeps nobody alive.
      for (let turn = 0; turn < 100 && keepingAlive().length > before.length; turn++) await wait(10)
      expect(keepingAlive().length).toBeLessThanOrEqual(before.length)
      await running.stop()
    })
  })
}

/** Timers and sockets that the event loop waits for. Its own pipes and threads are the test runner's. */
function keepingAlive(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /Timeout|Immediate|TCP|Socket/.test(kind))
    .toSorted((a, b) => a.localeCompare(b))
}
