/** What a backend's harness provides, so that one set of suites runs over every backend. */
import type { Backend } from '@forebay/core'

export interface BackendHarness {
  /** `memory`, `redis cluster`. */
  readonly name: string
  /** A fresh, empty backend. */
  start(): Promise<RunningBackend>
  /**
   * The ms by which instants may be off, where time goes on while a test runs (a server's own clock). Default 0: time
   * stands still between calls of `advance`.
   */
  readonly toleranceMs?: number
}

export interface RunningBackend {
  readonly backend: Backend
  /** The same state as another process sees it. Given exactly where `backend.shared` is true. */
  readonly neighbour?: Backend
  /** Lets `ms` pass on the backend's clock: a manual clock is moved, a real one waited for. */
  advance(ms: number): Promise<void>
  /** Takes down what `start` made. */
  stop(): Promise<void>
}
