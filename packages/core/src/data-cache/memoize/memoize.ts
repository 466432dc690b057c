/** A function whose results are cached under its arguments. */
import { ForebayError } from '../../kit/forebay-error.ts'
import { isPromise } from '../../kit/promise.ts'
import type { MaybePromise } from '../../ports/maybe-promise.ts'
import { reservedPrefix } from '../arguments.ts'
import type { Memoized, MemoizeInfo } from '../data-cache.ts'
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
  const results = new Results(fn, settings)
  const memoized = function (this: unknown, ...args: unknown[]): Promise<R> {
    return results.ask(this, args)
  }
  // Whoever looks at a function before calling it finds the one that was given.
  Object.defineProperties(memoized, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  })
  return Object.assign(memoized, {
    info: () => results.info(),
    clear: () => results.clear(),
    invalidate(this: unknown, ...args: unknown[]) {
      return results.invalidate(this, args)
    },
  })
}

class Results<R> {
  readonly #fn: AnyFunction<R>
  readonly #settings: MemoizeSettings
  readonly #interior: Interior
  readonly #prefix: string
  readonly #keys: MemoizedKeys
  readonly #rules: LoadRules
  readonly #lifeMs: number
  #hits = 0
  #misses = 0

  constructor(fn: AnyFunction<R>, settings: MemoizeSettings) {
    const { name, rules, interior, maxSize } = settings
    this.#fn = fn
    this.#settings = settings
    this.#interior = interior
    this.#prefix = `${reservedPrefix}${name.length}:${name}:`
    this.#keys = new MemoizedKeys(maxSize)
    this.#rules = { ...rules, label: this.#prefix }
    this.#lifeMs = typeof rules.ttl === 'number' ? rules.ttl : Infinity
  }

  /** Never throws. */
  ask(self: unknown, args: unknown[]): Promise<R> {
    let key: string
    try {
      key = this.#keyOf(self, args)
    } catch (error) {
      return Promise.reject(error)
    }
    let hasRun = false
    const loader = (): MaybePromise<R> => {
      hasRun = true
      return this.#fn.apply(self, args)
    }
    const answer = this.#interior.load({ key, loader, rules: this.#rules })
    if (!isPromise(answer)) {
      this.#used(key)
      return Promise.resolve(answer as R)
    }
    return answer.then(
      (result) => {
        if (hasRun) this.#made(key)
        else this.#used(key)
        return result as R
      },
      (error: unknown) => {
        if (hasRun) this.#misses++
        else this.#hits++
        throw error
      },
    )
  }

  info(): MemoizeInfo {
    const size = this.#keys.size(this.#interior.core.clock.now())
    return { hits: this.#hits, misses: this.#misses, size, maxSize: this.#settings.maxSize }
  }

  async clear(): Promise<void> {
    this.#keys.clear()
    this.#hits = 0
    this.#misses = 0
    await this.#interior.invalidating.tags([this.#prefix], false)
  }

  async invalidate(self: unknown, args: unknown[]): Promise<boolean> {
    const key = this.#keyOf(self, args)
    this.#keys.ended(key)
    return await this.#interior.invalidating.delete(key)
  }

  #keyOf(self: unknown, args: unknown[]): string {
    const owner = this.#settings.owner?.(self) ?? ''
    return `${this.#prefix}${owner.length}:${owner}:${argumentsText(self, args, this.#settings)}`
  }

  #used(key: string): void {
    this.#hits++
    this.#keys.used(key)
  }

  #made(key: string): void {
    this.#misses++
    const oldest = this.#keys.made(key, this.#interior.core.clock.now() + this.#lifeMs)
    // A bound on what is kept, not a purge: when it fails, the entry ends by its time.
    if (oldest !== undefined) this.#interior.invalidating.delete(oldest).catch(() => undefined)
  }
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
