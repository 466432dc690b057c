/** createRateLimiter of @forebay/core on @forebay/redis. */
import { createRateLimiter, type AlgorithmName } from '@forebay/core'
import { redisBackend } from '@forebay/redis'
import type { RedisContestant } from '../../redis-contestant.ts'

function forebay(algorithm: AlgorithmName): RedisContestant {
  return {
    name: `forebay ${algorithm}`,
    role: 'ours',
    make({ url, limit, windowMs, policies: count }) {
      const backend = redisBackend(url, { prefix: 'bench:', timeout: 10_000 })
      const policies = Array.from({ length: count }, (_, index) => ({
        name: `policy ${index}`,
        limit,
        window: windowMs * (index + 1),
        algorithm,
      }))
      const limiter = createRateLimiter({ policies, backend, name: algorithm, timeout: '10s' })
      return {
        decide: async (key) => (await limiter.consume(key)).allowed,
        close: () => backend.close(),
      }
    },
  }
}

export const forebayContestants: readonly RedisContestant[] = [
  forebay('sliding-window'),
  forebay('fixed-window'),
]
