/** The one shape of all contestants that decide in memory. */
import type { ContestantRole } from './result.ts'

export interface DecisionContestant {
  readonly name: string
  readonly role: ContestantRole
  /** Makes a limiter that admits all, and returns its decision for a key; the benchmark awaits what is a promise. */
  make(): (key: string) => unknown
}

/** One hour, and more than any measurement counts. */
export const decisionWindowMs = 3_600_000
export const decisionLimit = 1_000_000_000
