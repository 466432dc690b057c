/** What was aimed at, as a number that a run's own results give. Timings decide nothing: a bar is reported, met or not. */
import type { Result } from '../result.ts'

/** By part. */
export type Results = Readonly<Record<string, readonly Result[]>>

export interface Bar {
  readonly part: string
  readonly text: string
  readonly bound: 'below' | 'at most' | 'at least'
  readonly aim: number
  /** Undefined where this run has not measured it. */
  measured(results: readonly Result[]): number | undefined
}
