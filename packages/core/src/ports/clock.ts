/** Time as the core sees it: injected, so that tests never sleep. */

/** Cancels what the call that returned it began. Calling it again does nothing. */
export type Undo = () => void

export interface Clock {
  /**
   * The clock of this process where this one follows another, which may jump: how long something takes here is told by it.
   * Default: this one.
   */
  readonly local?: Clock
  /**
   * Milliseconds since the Unix epoch, possibly fractional, on a scale that never runs backwards in one process.
   * It may part from the wall clock when that is set while the process runs.
   */
  now(): number
  /** The wall-clock instant (ms since the epoch) of an instant on this clock's scale: what goes into a header or a log. */
  toWall(instant: number): number
  /** Calls `task` once, `delayMs` from now (any length, beyond the 24.8 days of `setTimeout` too). Keeps no process alive. */
  schedule(delayMs: number, task: () => void): Undo
}
