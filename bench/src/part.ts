/** The one shape of all parts of the benchmark. */
import type { Effort } from './effort.ts'
import type { Result } from './result.ts'

export interface Run {
  readonly effort: Effort
  progress(text: string): void
  /** Whether the table of that title is asked for. */
  wants(title: string): boolean
}

export type Part = (run: Run) => Promise<readonly Result[]>
