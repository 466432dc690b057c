/** A function whose results are cached under its arguments. */
import { ForebayError } from '../../kit/forebay-error.ts'
import { isPromise } from '../../kit/promise.ts'
import type { MaybePromise } from '../../ports/maybe-promise.ts'
import { reservedPrefix } from '../arguments.ts'
import type { Memoized } from '../data-cache.ts'
import type { Interior } from '../interior.ts'
import type { LoadRules } from '../settings.ts'
import { argumentKey, resultKey } from './argument-key.ts'
import { MemoizedKeys } from './memoized-keys.ts'

export interface MemoizeSettings {
  readonly interior: Interior
  /** Of whom errors speak. */
  readonly of: string
  /** What no other function of the cache has. */
  readonly name: string
  readonly maxSize: number
  readonly key: ((...args: unknown[]) => unknown) | undefined
  readonly rules: LoadRules
  /** What beside the arguments tells calls apart: whose method it is. Default nothing. */
  readonly owner: ((self: unknown) => string) | undefined
}

type AnyFunction<R> = (this: unknown, ...args: unknown[]) => MaybePromise<R>

/** Errors are never cached. `undefined` and `null` are remembered for the cache's `negativeTtl`. */
export function memoize<R>(fn: AnyFunction<R>, settings: MemoizeSettings): Memoized<unknown, unknown[], R> {
  const { interior, name } = settings
  const { clock } = interior.core
  const prefix = `${reservedPrefix}${name.length}:${name}:`
  const keys = new MemoizedKeys(settings.maxSize)
  const rules: LoadRules = { ...settings.rules, label: prefix }
  const lifeMs = typeof rules.ttl === 'number' ? rules.ttl : Infinity
  let hits = 0
  let misses = 0
  const keyOf = (self: unknown, args: unknown[]): string => {
    const owner = settings.owner?.(self) ?? ''
    return `${prefix}${owner.length}:${owner}:${argumentsText(self, args, settings)}`
  }
  const forgetOldest = (key: string): void => {
    const oldest = keys.made(key, clock.now() + lifeMs)
    // A bound on what is kept, not a purge: when it fails, the entry ends by its time.
    if (oldest !== undefined) interior.invalidating.delete(oldest).catch(() => undefined)
  }
  const memoized = function (this: unknown, ...args: unknown[]): Promise<R> {
    let key: string
    try {
      key = keyOf(this, args)
    } catch (error) {
      return Promise.reject(error)
    }
    let hasRun = false
    const loader = (): MaybePromise<R> => {
      hasRun = true
      return fn.apply(this, args)
    }
    const answer = interior.load({ key, loader, rules })
    const count = (): void => void (hasRun ? misses++ : hits++)
    const given = (result: unknown): R => {
      count()
      if (hasRun) forgetOldest(key)
      else keys.used(key)
      return result as R
    }
    if (!isPromise(answer)) return Promise.resolve(given(answer))
    return answer.then(given, (error: unknown) => {
      count()
      throw error
    })
  }
  return Object.assign(memoized, {
    info: () => ({ hits, misses, size: keys.size(clock.now()), maxSize: settings.maxSize }),
    async clear() {
      keys.clear()
      hits = 0
      misses = 0
      await interior.invalidating.tags([prefix], false)
    },
    async invalidate(this: unknown, ...args: unknown[]) {
      const key = keyOf(this, args)
      keys.ended(key)
      return await interior.invalidating.delete(key)
    },
  })
}

function argumentsText(self: unknown, args: unknown[], { key, of }: MemoizeSettings): string {
  if (key === undefined) return argumentKey(of, args)
  const result = key.apply(self, args)
  if (result === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_RESULT',
      `${of}: key returned undefined. Accepted: what tells calls apart, such as a text or a number.`,
    )
  }
  return resultKey(of, result)
}
