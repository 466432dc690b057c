/** The options that a single call may set, over those of the cache. */
import { durationMs } from '../kit/duration.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import {
  checkOptions,
  isDuration,
  isEither,
  isFunction,
  isListOf,
  isNumber,
  isPositiveDuration,
  isText,
  type OptionCheck,
  type OptionChecks,
} from '../kit/option-check.ts'
import type { EntryOptions, LoadOptions } from './data-cache.ts'
import type { LoadRules } from './settings.ts'

const isPart: OptionCheck = {
  accepts: (value) => typeof value === 'number' && value > 0 && value <= 1,
  accepted: 'a number above 0 and up to 1, which is never',
}

export const entryChecks: OptionChecks = {
  ttl: isEither(isDuration, isFunction),
  jitter: isNumber(0, 1),
  tags: isEither(isListOf(isText), isFunction),
  staleWhileRevalidate: isDuration,
  staleIfError: isDuration,
}

export const loadChecks: OptionChecks = {
  ...entryChecks,
  negativeTtl: isDuration,
  refreshAhead: isPart,
  earlyRefresh: isNumber(0, 100),
  softTimeout: isPositiveDuration,
  hardTimeout: isPositiveDuration,
}

export const touchChecks: OptionChecks = { ttl: isPositiveDuration }

/** What `getOrLoad` goes by. @throws ForebayError for options that are unknown, malformed or contradict each other. */
export function loadRules<T>(rules: LoadRules, options: LoadOptions<T> | undefined): LoadRules {
  if (options === undefined) return rules
  checkOptions('getOrLoad', options, loadChecks)
  return overridden(rules, options, 'getOrLoad')
}

/** What `set` and `setMany` go by. @throws ForebayError as above. */
export function entryRules<T>(rules: LoadRules, options: EntryOptions<T> | undefined, of: string): LoadRules {
  if (options === undefined) return rules
  checkOptions(of, options, entryChecks)
  return overridden(rules, options, of)
}

/** Checked options over rules; what is undefined counts as not given. */
export function overridden<T>(rules: LoadRules, options: LoadOptions<T>, of: string): LoadRules {
  const { ttl, tags } = options
  const merged: LoadRules = {
    ttl: typeof ttl === 'function' ? ttl : ms(ttl, rules.ttl, 'ttl'),
    jitter: options.jitter ?? rules.jitter,
    tags: typeof tags === 'function' ? tags : tags === undefined ? rules.tags : [...tags],
    staleWhileRevalidateMs: ms(
      options.staleWhileRevalidate,
      rules.staleWhileRevalidateMs,
      'staleWhileRevalidate',
    ),
    staleIfErrorMs: ms(options.staleIfError, rules.staleIfErrorMs, 'staleIfError'),
    negativeTtlMs: ms(options.negativeTtl, rules.negativeTtlMs, 'negativeTtl'),
    refreshAhead: options.refreshAhead ?? rules.refreshAhead,
    earlyRefresh: options.earlyRefresh ?? rules.earlyRefresh,
    softTimeoutMs: ms(options.softTimeout, rules.softTimeoutMs, 'softTimeout'),
    hardTimeoutMs: ms(options.hardTimeout, rules.hardTimeoutMs, 'hardTimeout'),
  }
  if ((merged.softTimeoutMs ?? 0) >= (merged.hardTimeoutMs ?? Infinity)) {
    throw new ForebayError(
      'FOREBAY_CONFLICTING_OPTIONS',
      `${of}: softTimeout: ${merged.softTimeoutMs} ms is not below hardTimeout, ${merged.hardTimeoutMs} ms. Accepted: a softTimeout that ends first.`,
    )
  }
  return merged
}

function ms<Otherwise>(value: unknown, otherwise: Otherwise, option: string): number | Otherwise {
  return value === undefined ? otherwise : durationMs(value, option)
}
