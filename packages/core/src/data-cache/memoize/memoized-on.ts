/** Memoizing on a cache: options checked, and a name that nobody else has. */
import { ForebayError, showValue } from '../../kit/forebay-error.ts'
import { checkOptions, isFunction, isInteger, isText, type OptionChecks } from '../../kit/option-check.ts'
import type { MaybePromise } from '../../ports/maybe-promise.ts'
import { loadChecks, overridden } from '../call-options.ts'
import type { Memoized, MemoizeOptions } from '../data-cache.ts'
import { interiorOf } from '../interior.ts'
import { memoize } from './memoize.ts'
import { isNameless, takeName, type NameOptions } from './memoized-names.ts'

/** What a memoized method is beside a function. */
export interface Ownership {
  /** Of whom errors speak: `@cached`. */
  readonly of: string
  /** Whose method it is, as a text that no other process uses. Undefined: entries are shared by all instances. */
  readonly owner: ((self: unknown) => string) | undefined
}

export const memoizeDefaults = { maxSize: 10_000 } as const

const checks: OptionChecks = {
  ...loadChecks,
  name: isText,
  key: isFunction,
  maxSize: isInteger(1),
}

/** @throws ForebayError for options that are unknown or malformed, and for a name that is taken. */
export function memoizedOn<This, Args extends unknown[], R>(
  cache: object,
  fn: (this: This, ...args: Args) => MaybePromise<R>,
  options: MemoizeOptions<Args> = {},
  { of, owner }: Ownership = { of: 'memoize', owner: undefined },
): Memoized<This, Args, R> {
  const interior = interiorOf(of, cache)
  if (typeof fn !== 'function') {
    const message = `${of}: ${showValue(fn)} is not accepted. Accepted: a function.`
    throw new ForebayError('FOREBAY_INVALID_ARGUMENT', message)
  }
  checkOptions(of, options, checks)
  const { name, key, maxSize = memoizeDefaults.maxSize, ...load } = options
  const { core } = interior
  const rules = overridden(core.settings.rules, load, of)
  const isPrivate = owner !== undefined || !core.backend.shared
  const naming: NameOptions = { of, given: name, own: fn.name, isPrivate }
  const taken = takeName(cache, naming)
  if (isNameless(naming)) {
    core.log.warn(
      'nameless',
      `${of}: a function without a name: what it gives is cached for this process alone, and until it ends. Give it a ` +
        'name that all processes agree on',
    )
  }
  return memoize(fn as (this: unknown, ...args: unknown[]) => MaybePromise<R>, {
    interior,
    of: `${of} ${taken}`,
    name: taken,
    maxSize,
    key: key as ((...args: unknown[]) => unknown) | undefined,
    rules,
    owner,
  })
}
