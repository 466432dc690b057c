/** The memory limiter of rate-limiter-flexible. */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { decisionLimit, decisionWindowMs, type DecisionContestant } from '../../decision-contestant.ts'

export const rateLimiterFlexible: DecisionContestant = {
  name: 'rate-limiter-flexible',
  role: 'peer',
  make() {
    const limiter = new RateLimiterMemory({ points: decisionLimit, duration: decisionWindowMs / 1_000 })
    return (key) => limiter.consume(key)
  },
}
