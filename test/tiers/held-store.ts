/** A store whose calls a test lets through by hand: there, where they are done, and back. */
import type { CacheStore } from '@forebay/core'

export interface HeldCall {
  readonly operation: string
  /** It arrives, and is done. */
  arrive(): void
  /** Its answer comes back; it arrives first where it has not yet. */
  answer(): Promise<void>
  /** Nobody hears how it ended. */
  lose(): Promise<void>
}

export interface HeldStore {
  readonly store: CacheStore
  /** Those that have not come back, the oldest first. */
  readonly calls: readonly HeldCall[]
  /** The oldest call of that name. */
  next(operation: string): HeldCall
}

/** @param isHeld false: then calls pass at once. */
export function heldStore(truth: CacheStore, isHeld: () => boolean): HeldStore {
  const calls: HeldCall[] = []
  const held = <T>(operation: string, act: () => T): T | Promise<T> => {
    if (!isHeld()) return act()
    return new Promise<T>((resolve, reject) => {
      let done: { readonly value: T } | undefined
      const end = async (settle: () => void): Promise<void> => {
        calls.splice(calls.indexOf(call), 1)
        settle()
        for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      }
      const call: HeldCall = {
        operation,
        arrive: () => (done ??= { value: act() }),
        answer: () => {
          done ??= { value: act() }
          const { value } = done
          return end(() => resolve(value))
        },
        lose: () => end(() => reject(new Error('no answer'))),
      }
      calls.push(call)
    })
  }
  const store: CacheStore = {
    get: (scope, key) => held('get', () => truth.get(scope, key)) as never,
    getMany: (scope, keys) => held('getMany', () => truth.getMany(scope, keys)) as never,
    set: (scope, key, entry) => held('set', () => truth.set(scope, key, entry)) as never,
    touch: (scope, key, times) => held('touch', () => truth.touch(scope, key, times)) as never,
    delete: (scope, key) => held('delete', () => truth.delete(scope, key)) as never,
    stamp: (scope) => held('stamp', () => truth.stamp(scope)) as never,
    mark: (scope, marks, options) => held('mark', () => truth.mark(scope, marks, options)) as never,
    stats: () => truth.stats(),
  }
  return {
    store,
    calls,
    next(operation) {
      const call = calls.find((one) => one.operation === operation)
      if (call === undefined) throw new Error(`nobody has called ${operation}`)
      return call
    },
  }
}
