/** The lifetime of a response that states none: what the app's options grant, else what experience does. */
import { readDuration } from '../kit/duration.ts'
import type { UserFunction } from '../ports/exchange.ts'
import { heuristicLifetimeMs, isHeuristicallyCacheable, isNegative } from './freshness.ts'
import type { ResponseHead, Run } from './run.ts'
import { askUserNow } from './user-function.ts'

/** In ms. @throws UserFunctionError when `ttl` or `negativeTtl` fails. */
export function grantedLifetimeMs(
  run: Run,
  head: ResponseHead,
  { wallNow, isPublic }: { readonly wallNow: number; readonly isPublic: boolean },
): number {
  const { settings } = run.mount
  const isCacheable = isHeuristicallyCacheable(head.status)
  if (isCacheable) {
    const grantedMs = isNegative(head.status) ? negativeMs(run) : askedMs(run, 'ttl', settings.ttl)
    // Only ever shorter: entries made together must not all expire together, nor live longer than the app said.
    if (grantedMs > 0) return grantedMs * (1 - settings.jitter * settings.random())
  }
  // RFC 9111 §4.2.2: `public` makes any status cacheable by heuristics, but no option's lifetime is meant for errors.
  const mayGuess = settings.heuristicFreshness && (isCacheable || isPublic)
  return mayGuess ? (heuristicLifetimeMs(head.fields, wallNow) ?? 0) : 0
}

function negativeMs(run: Run): number {
  const { ttl, negativeTtl, longestNegativeTtlMs } = run.mount.settings
  return negativeTtl === undefined
    ? Math.min(askedMs(run, 'ttl', ttl), longestNegativeTtlMs)
    : askedMs(run, 'negativeTtl', negativeTtl)
}

function askedMs(run: Run, operation: string, lifetime: number | UserFunction): number {
  if (typeof lifetime === 'number') return lifetime
  return readDuration(askUserNow({ operation, accepts: isLifetime }, lifetime, run.request.exchange)) ?? 0
}

function isLifetime(answer: unknown): answer is string | number | undefined {
  return answer === undefined || readDuration(answer) !== undefined
}
