/** What every limiting algorithm is: a rule over a small state of numbers. */
import type { Policy } from '../../ports/rate-limit-store.ts'
import type { HitLog } from './hit-log.ts'

/** A key's state under one policy, somewhere in a table. */
export interface State {
  /** The algorithm's own words begin at `at`. */
  readonly numbers: Float64Array
  readonly at: number
  /** What grows with the limit: for the sliding log only. */
  readonly log: HitLog
}

/** What a rule is asked about. `now` is in whole milliseconds on the backend's clock; it may have stepped back. */
export interface Moment {
  readonly policy: Policy
  readonly now: number
}

/** How a state stands at a moment. Written, never made anew: every request asks for one. */
export interface Standing {
  /** Units that could be charged now; never below 0. */
  available: number
  /** From when on the whole quota is there, if nothing more is charged; at least `now`. */
  wholeAt: number
  /** From when on a unit more is available than now; `now` when the quota is whole. */
  nextAt: number
  /** Names the window that the latest charge fell into. */
  window: number
}

/** A charge corrected after the fact: on (`units` > 0) or back (< 0). */
export interface Correction {
  readonly units: number
  /** From `window` when the charge was made; undefined for whatever is counted still, newest first. */
  readonly window: number | undefined
}

/**
 * One algorithm; `rule.ts` makes of it the pure function `(state, policy, units, now) → [state, decision]` that is its
 * specification. Instants are whole milliseconds, units whole numbers. Only `begin`, `charge` and `adjust` change the
 * state, and a denial calls none of them: it costs nothing. A policy may differ from the one that the state was made
 * with: what was used stays used.
 */
export interface Algorithm {
  /** How many numbers a key's state takes. */
  readonly words: number
  /** Whether a key's state has a log too. */
  readonly keepsLog: boolean
  /** Makes the state of a key that was never charged. */
  begin(state: State, moment: Moment): void
  /** Units that could be charged now; never below 0. */
  available(state: State, moment: Moment): number
  /**
   * Takes units and tells how the state stands then; false when they are not available, and nothing has changed. The
   * path of every request: one call here, because V8 cannot see through it while several algorithms are in use.
   */
  charge(state: State, moment: Moment, units: number, standing: Standing): boolean
  /** Tells in one go what a decision says. Never asked where the limit is 0. */
  stand(state: State, moment: Moment, standing: Standing): void
  /** From when on `units` are available, if nothing more is charged: at least `now`; `Infinity` when never. */
  fitsAt(state: State, moment: Moment, units: number): number
  /** Corrects in the named window and nowhere else; does nothing when that is over. Use never falls below zero. */
  adjust(state: State, moment: Moment, correction: Correction): void
}

/** Use grown by later charges stays a number that is counted exactly. */
export function corrected(used: number, units: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, used + units))
}
