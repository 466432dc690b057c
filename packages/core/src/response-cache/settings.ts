/** A mount's options after checking: every default filled in, every duration in milliseconds. */
import type { UserFunction } from '../ports/exchange.ts'
import type { QueryRule } from './primary-key.ts'

/** The parts of the default key that an app may choose. */
export interface KeyParts {
  readonly query: QueryRule
  /** Lower-case names. */
  readonly headers: readonly string[]
  readonly cookies: readonly string[]
}

export interface CacheSettings {
  /** Milliseconds, or a function that returns a `Duration` or undefined. */
  readonly ttl: number | UserFunction
  /** Undefined: follows `ttl`, at most `longestNegativeTtlMs`. */
  readonly negativeTtl: number | UserFunction | undefined
  readonly longestNegativeTtlMs: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly key: KeyParts | UserFunction
  readonly partition: UserFunction | undefined
  readonly cookies: 'guard' | 'ignore'
  readonly tags: readonly string[] | UserFunction
  readonly skip: UserFunction | undefined
  readonly store: UserFunction | undefined
  readonly maxBodyBytes: number
  readonly requestDirectives: 'ignore' | 'honor'
  readonly setCookie: 'refuse' | 'store'
  /** Lower-case names. */
  readonly targets: readonly string[]
  readonly heuristicFreshness: boolean
  readonly coalesce: boolean
  readonly leaseMs: number
  readonly earlyRefresh: number
  readonly jitter: number
  /** Undefined: no `Cache-Status` field. */
  readonly cacheStatus: string | undefined
  readonly timeoutMs: number
  /** From 0 inclusive to 1 exclusive. */
  readonly random: () => number
}

/** What a URL names of the stored responses: with a key function nobody knows which query matters, so none does. */
export function queryRuleOf({ key }: CacheSettings): QueryRule {
  return typeof key === 'function' ? false : key.query
}
