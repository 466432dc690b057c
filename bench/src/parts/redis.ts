/** Decisions in Redis from one process: at several numbers in flight, with three policies, and for a key that is denied. */
import { Redis } from 'ioredis'
import { startRedis } from '../bench-redis.ts'
import { redisContestants } from '../contestants/redis/index.ts'
import type { Run } from '../part.ts'
import { ratioColumns, withoutRedis, type Column, type Result } from '../result.ts'
import { measure, type Entrant } from '../rounds.ts'
import { subjectEntrant } from '../subject-runner.ts'
import { redisScenes } from '../subjects/redis.ts'

export async function redis(run: Run): Promise<readonly Result[]> {
  const server = await startRedis()
  if (server === undefined) return [withoutRedis('decision in Redis')]
  const asking = new Redis(server.url)
  try {
    const results: Result[] = []
    for (const scene of redisScenes) {
      const title = `decision in Redis, ${scene.title}`
      if (!run.wants(title)) continue
      run.progress(title)
      const entrants = redisContestants.map(({ name, role }) =>
        withServerTime(subjectEntrant(role, 'redis', name, scene.title, server.url), asking),
      )
      results.push({ title, columns, rows: await measure(entrants, run.effort) })
    }
    return results
  } finally {
    asking.disconnect()
    await server.stop()
  }
}

const columns: readonly Column[] = [
  { heading: 'decisions/s', measure: 'perSecond', show: 'median', digits: 0 },
  ...ratioColumns('perSecond', 'GET'),
  { heading: 'CPU µs/decision', measure: 'cpuMicroseconds', show: 'median', digits: 1 },
  { heading: 'of Redis', measure: 'serverMicroseconds', show: 'median', digits: 1 },
]

function withServerTime(entrant: Entrant, asking: Redis): Entrant {
  return {
    ...entrant,
    async start() {
      const runner = await entrant.start()
      return {
        async run(times) {
          const before = await usedMicroseconds(asking)
          const spent = await runner.run(times)
          return { ...spent, serverMicroseconds: (await usedMicroseconds(asking)) - before }
        },
        stop: () => runner.stop(),
      }
    },
  }
}

/** CPU time of the Redis server, all of it: nobody else uses it meanwhile. */
async function usedMicroseconds(asking: Redis): Promise<number> {
  const text = await asking.info('cpu')
  const secondsOf = (kind: string): number => Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(text)?.[1])
  return (secondsOf('sys') + secondsOf('user')) * 1e6
}
