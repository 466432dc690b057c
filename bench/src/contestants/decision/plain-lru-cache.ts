/** A counter in an lru-cache, get and set: what most would write by hand. */
import { LRUCache } from 'lru-cache'
import { decisionWindowMs, type DecisionContestant } from '../../decision-contestant.ts'

export const plainLruCache: DecisionContestant = {
  name: 'lru-cache counter',
  role: 'floor',
  make() {
    const counters = new LRUCache<string, { resetAt: number; used: number }>({ max: 1_000_000 })
    return (key) => {
      const now = Date.now()
      const counter = counters.get(key)
      const next =
        counter === undefined || now >= counter.resetAt
          ? { resetAt: now + decisionWindowMs, used: 0 }
          : counter
      next.used++
      counters.set(key, next)
      return next.used
    }
  },
}
