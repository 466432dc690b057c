/** The MemoryStore of express-rate-limit. */
import { MemoryStore, type Options } from 'express-rate-limit'
import { decisionWindowMs, type DecisionContestant } from '../../decision-contestant.ts'

export const expressRateLimitStore: DecisionContestant = {
  name: 'express-rate-limit MemoryStore',
  role: 'peer',
  make() {
    const store = new MemoryStore()
    // The store reads nothing else of its options.
    store.init({ windowMs: decisionWindowMs } as Options)
    return (key) => store.increment(key)
  },
}
