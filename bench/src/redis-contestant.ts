/** The one shape of all contestants that decide in Redis. */

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
  /** Whether it decides at all, or is a floor that only talks to Redis. */
  readonly isFloor?: boolean
  /** The most policies that it decides at once. */
  readonly mostPolicies: number
  make(job: RedisJob): RedisDecider
}
