/** A fresh backend for each test of a suite, taken down afterwards. */
import { afterEach, beforeEach } from 'vitest'
import type { Backend } from '@forebay/core'
import type { BackendHarness, RunningBackend } from './backend-harness.ts'

/** The backend of the running test. */
export interface CurrentBackend {
  readonly backend: Backend
  readonly neighbour: Backend | undefined
  /** The instant on the backend's clock. */
  now(): number
  advance(ms: number): Promise<void>
}

/** To be called within `describe`. */
export function withBackend(harness: BackendHarness): CurrentBackend {
  let running: RunningBackend | undefined
  beforeEach(async () => {
    running = await harness.start()
  })
  afterEach(async () => {
    await running?.stop()
    running = undefined
  })
  const current = (): RunningBackend => {
    if (running === undefined) throw new Error('a backend is asked for outside of a test')
    return running
  }
  return {
    get backend() {
      return current().backend
    },
    get neighbour() {
      return current().neighbour
    },
    now: () => current().backend.clock.now(),
    advance: (ms) => current().advance(ms),
  }
}
