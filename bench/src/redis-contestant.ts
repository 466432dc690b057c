/** The one shape of all contestants that decide in Redis. */
import type { ContestantRole } from './result.ts'

export interface RedisJob {
  readonly url: string
  readonly limit: number
  readonly windowMs: number
  /** How many policies, of different windows, every decision is about. */
  readonly policies: number
}

export interface RedisDecider {
  /** Resolves with whether the key is admitted. */
  decide(key: string): Promise<boolean>
  close(): Promise<void>
}

export interface RedisContestant {
  readonly name: string
  readonly role: ContestantRole
  make(job: RedisJob): RedisDecider
}
