/** Memoized methods, by a standard decorator. */
import { randomUUID } from 'node:crypto'
import type { DataCache, MemoizeOptions } from '../data-cache/data-cache.ts'
import { memoizedOn } from '../data-cache/memoize/memoized-on.ts'
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import { createCache } from './create-cache.ts'

export interface CachedOptions<Args extends unknown[] = unknown[]> extends MemoizeOptions<Args> {
  /** Default: one in this process's memory, of all methods that name no other. */
  readonly cache?: DataCache
}

/** A method that returns a promise, and stays one. */
export type CachedMethod<This, Args extends unknown[], R> = (this: This, ...args: Args) => Promise<R>

/** Instances of this process; no other process has the same. */
const processId = randomUUID()
const ids = new WeakMap<object, string>()
let instances = 0

let ownCache: DataCache | undefined

/**
 * `@cached({ cache, ttl })` before a method: its results are cached as `cache.memoize` does. Every instance has entries of
 * its own, which no other instance and no other process sees, as what a method gives depends on its instance. With `key`,
 * whatever it returns tells calls apart, and nothing else: all instances share the entries, and on a shared backend all
 * processes; `key` is called with the arguments, and with the instance as `this`.
 * @throws ForebayError, when the class is defined, for options that are unknown or malformed, for a name that is taken, and
 * for anything but a method.
 */
export function cached<KeyArgs extends unknown[]>(
  given: CachedOptions<KeyArgs> = {},
): <This, Args extends KeyArgs, R>(
  method: CachedMethod<This, Args, R>,
  context: ClassMethodDecoratorContext<This, CachedMethod<This, Args, R>>,
) => CachedMethod<This, Args, R> {
  const { cache = (ownCache ??= createCache({ namespace: 'cached' })), ...options } = given
  return (method, context) => {
    // Plain JavaScript, and older decorators, come without types.
    const kind: unknown = (context as { kind?: unknown } | undefined)?.kind
    if (kind !== 'method') {
      const message = `@cached: ${showValue(kind)} is not accepted. Accepted: a method, with standard decorators.`
      throw new ForebayError('FOREBAY_INVALID_ARGUMENT', message)
    }
    const owner = options.key === undefined ? instanceId : undefined
    return memoizedOn(cache, method, options as object, { of: '@cached', owner })
  }
}

function instanceId(self: unknown): string {
  if ((typeof self !== 'object' || self === null) && typeof self !== 'function') {
    const message = `@cached: called on ${showValue(self)}. Accepted: a call on an instance, or the option key.`
    throw new ForebayError('FOREBAY_INVALID_ARGUMENT', message)
  }
  let id = ids.get(self)
  if (id === undefined) {
    id = `${processId}:${++instances}`
    ids.set(self, id)
  }
  return id
}
