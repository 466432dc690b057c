/** createRateLimiter of @forebay/core, with its default algorithm and with the cheapest one. */
import { createRateLimiter, type AlgorithmName } from '@forebay/core'
import { decisionLimit, decisionWindowMs, type DecisionContestant } from '../../decision-contestant.ts'

function forebay(algorithm: AlgorithmName): DecisionContestant {
  return {
    name: `forebay ${algorithm}`,
    role: 'ours',
    make() {
      const limiter = createRateLimiter({ limit: decisionLimit, window: decisionWindowMs, algorithm })
      return (key) => limiter.consume(key)
    },
  }
}

export const forebayContestants: readonly DecisionContestant[] = [
  forebay('sliding-window'),
  forebay('fixed-window'),
  forebay('gcra'),
  forebay('token-bucket'),
]
