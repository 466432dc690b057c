/** A data cache's options after checking: every default filled in, every duration in milliseconds. */
import type { Loader } from './data-cache.ts'

type OfValue<R> = (value: never, key: string) => R

/** What a single call may say otherwise. */
export interface LoadRules {
  /** Milliseconds, or a function that returns a `Duration`. */
  readonly ttl: number | OfValue<unknown>
  readonly jitter: number
  readonly tags: readonly string[] | OfValue<unknown>
  /** Carried beside the tags, by what stands for nothing too. */
  readonly label?: string
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  /** Undefined: follows `ttl`, at most `longestNegativeTtlMs`. */
  readonly negativeTtlMs: number | undefined
  /** 1: never before it is stale. */
  readonly refreshAhead: number
  readonly earlyRefresh: number
  readonly softTimeoutMs: number | undefined
  readonly hardTimeoutMs: number | undefined
}

export interface DataCacheSettings {
  readonly rules: LoadRules
  readonly loader: Loader | undefined
  readonly longestNegativeTtlMs: number
  readonly sliding: boolean
  readonly version: string
  readonly freeze: boolean
  readonly timeoutMs: number
  /** From 0 inclusive to 1 exclusive. */
  readonly random: () => number
}
