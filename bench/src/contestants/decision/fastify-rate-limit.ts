/** The LocalStore of @fastify/rate-limit. */
import LocalStore from '@fastify/rate-limit/store/LocalStore.js'
import { decisionLimit, decisionWindowMs, type DecisionContestant } from '../../decision-contestant.ts'

export const fastifyLocalStore: DecisionContestant = {
  name: '@fastify/rate-limit LocalStore',
  role: 'peer',
  make() {
    const store = new LocalStore(false, false, 1_000_000)
    return (key) => {
      let used = 0
      const answered = (_error: Error | null, result: { current: number }): void => {
        used = result.current
      }
      store.incr(key, answered, decisionWindowMs, decisionLimit)
      return used
    }
  },
}
