/** Counts what is asked of a store. */
import type { CacheStore } from '@forebay/core'

export interface CountedStore {
  readonly store: CacheStore
  /** The calls since the last time, in order; forgets them. */
  taken(): string[]
}

export function countedStore(counted: CacheStore): CountedStore {
  let calls: string[] = []
  const store = new Proxy(counted, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (name !== 'stats') calls.push(String(name))
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  return {
    store,
    taken() {
      const all = calls
      calls = []
      return all
    },
  }
}
