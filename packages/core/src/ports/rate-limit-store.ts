/** Where quotas are counted, and the words for a decision. */
import type { MaybePromise } from './maybe-promise.ts'

export type AlgorithmName = 'sliding-window' | 'fixed-window' | 'sliding-log' | 'token-bucket' | 'gcra'

/** A checked, frozen quota policy. Quota units and milliseconds are safe integers. */
export interface Policy {
  readonly name: string
  readonly limit: number
  readonly windowMs: number
  readonly algorithm: AlgorithmName
  /** Bucket size of `token-bucket` and `gcra`; equal to `limit` for the others. */
  readonly burst: number
}

/** Units asked of one policy; 0 only looks. */
export interface Charge {
  readonly policy: Policy
  readonly units: number
}

/** One policy's part of a decision. */
export interface PolicyDecision {
  readonly name: string
  readonly allowed: boolean
  readonly limit: number
  readonly windowMs: number
  /** Units that could still be charged right now. */
  readonly remaining: number
  /** Instant (ms since the epoch) at which the whole quota is there again if nothing more is charged. */
  readonly resetAt: number
  /** Instant at which at least one more unit is there than now; equal to now when the quota is whole. The `t` of the RateLimit field. */
  readonly nextAt: number
  /** On a denial by this policy: ms until the same charge would be admitted; `Infinity` when it could never fit. */
  readonly retryAfterMs: number | undefined
  /** Names the window that was charged, so that a refund touches that window and no other. Opaque; compared, never computed with. */
  readonly chargedWindow: number
}

export type DecisionSource = 'backend' | 'local' | 'skipped'

interface DecisionFacts {
  /** The policy closest to denial gives `limit`, `remaining` and `resetAt`. */
  readonly limit: number
  readonly remaining: number
  readonly resetAt: number
  readonly key: string
  readonly policies: readonly PolicyDecision[]
  readonly source: DecisionSource
}

export interface AllowedDecision extends DecisionFacts {
  readonly allowed: true
  readonly retryAfterMs?: undefined
}

export interface DeniedDecision extends DecisionFacts {
  readonly allowed: false
  /** The longest wait among the policies that denied; absent when the cost could never fit. */
  readonly retryAfterMs?: number
  /** Why: the quota, a block that stands, the deny list, a missing key, or a backend that does not answer (`'closed'`). */
  readonly reason: 'quota' | 'blocked' | 'deny-list' | 'missing-key' | 'backend'
}

/** A decision is a value: a denial is not an exception. */
export type Decision = AllowedDecision | DeniedDecision

/** A block of a key after a denial, and how it grows. */
export interface BlockRule {
  readonly blockMs: number
  /** 1 for a block that does not escalate. */
  readonly factor: number
  readonly maxMs: number
}

/**
 * Counters are identified by group, policy and key; none can collide with or address another. Decisions over several
 * policies are atomic: all are charged or none, and a denied call changes nothing (but a block that the rule asks for).
 */
export interface RateLimitStore {
  /** Decides and charges in one step. */
  consume(group: string, key: string, charges: readonly Charge[], block?: BlockRule): MaybePromise<Decision>
  /** What `consume` with these charges would say, changing nothing. */
  peek(group: string, key: string, charges: readonly Charge[]): MaybePromise<Decision>
  /**
   * Corrects earlier charges by `units` each (negative gives back, positive charges on, even beyond the limit), only in the window
   * that `charged` names; where that window is over, nothing changes. Without `charged`: whatever is counted still, newest first.
   * Never below zero use.
   */
  adjust(
    group: string,
    key: string,
    charges: readonly Charge[],
    charged?: readonly PolicyDecision[],
  ): MaybePromise<void>
  /** Forgets the key: its counters of these policies, its block and its escalation. */
  reset(group: string, key: string, policies: readonly Policy[]): MaybePromise<void>
  /** Keeps the key out for `durationMs` from now, whatever its quota. */
  block(group: string, key: string, durationMs: number): MaybePromise<void>
  unblock(group: string, key: string): MaybePromise<void>
  stats(): RateLimitStoreStats
}

export interface RateLimitStoreStats {
  readonly keys: number
  readonly evictions: number
}
