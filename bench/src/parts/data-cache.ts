/** The data cache in memory: hits, misses, loads, and a load that many want at once. */
import { startRedis } from '../bench-redis.ts'
import { dataContestants } from '../contestants/data/index.ts'
import type { Run } from '../part.ts'
import { ratioColumns, type Column, type Result } from '../result.ts'
import { measure } from '../rounds.ts'
import { subjectEntrant } from '../subject-runner.ts'
import { dataScenes } from '../subjects/data.ts'

export async function dataCache(run: Run): Promise<readonly Result[]> {
  const server = await startRedis()
  try {
    return await measured(run, server?.url)
  } finally {
    await server?.stop()
  }
}

async function measured(run: Run, redisUrl: string | undefined): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const scene of dataScenes) {
    const title = `data cache in memory, ${scene.title}`
    if (!run.wants(title)) continue
    run.progress(title)
    const entrants = dataContestants
      .filter(({ hasRedis }) => hasRedis !== true || scene.isHit === true)
      .map(({ name, role, hasRedis }) => {
        const url = hasRedis === true && redisUrl !== undefined ? [redisUrl] : []
        return subjectEntrant(role, 'data', name, scene.title, ...url)
      })
    results.push({ title, columns, rows: await measure(entrants, run.effort) })
  }
  return results
}

const columns: readonly Column[] = [
  { heading: 'CPU ns/operation', measure: 'cpuNanoseconds', show: 'median', digits: 0 },
  ...ratioColumns('cpuNanoseconds', 'lru-cache'),
  { heading: 'per second', measure: 'perSecond', show: 'median', digits: 0 },
]
