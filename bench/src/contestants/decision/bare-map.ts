/** A counter in a Map, with a window: the floor. */
import { decisionWindowMs, type DecisionContestant } from '../../decision-contestant.ts'

interface Counter {
  resetAt: number
  used: number
}

export const bareMap: DecisionContestant = {
  name: 'bare Map counter',
  role: 'floor',
  make() {
    const counters = new Map<string, Counter>()
    return (key) => {
      const now = Date.now()
      const counter = counters.get(key)
      if (counter === undefined || now >= counter.resetAt) {
        counters.set(key, { resetAt: now + decisionWindowMs, used: 1 })
        return 1
      }
      return ++counter.used
    }
  },
}
