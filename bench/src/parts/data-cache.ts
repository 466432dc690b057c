/** The data cache in memory: hits, misses, loads, and a load that many want at once. */
import { dataContestants } from '../contestants/data/index.ts'
import type { Run } from '../part.ts'
import { ratioColumns, type Column, type Result } from '../result.ts'
import { measure } from '../rounds.ts'
import { subjectEntrant } from '../subject-runner.ts'
import { dataScenes } from '../subjects/data.ts'

export async function dataCache(run: Run): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const scene of dataScenes) {
    const title = `data cache in memory, ${scene.title}`
    if (!run.wants(title)) continue
    run.progress(title)
    const entrants = dataContestants.map(({ name, role }) => subjectEntrant(role, 'data', name, scene.title))
    results.push({ title, columns, rows: await measure(entrants, run.effort) })
  }
  return results
}

const columns: readonly Column[] = [
  { heading: 'CPU ns/operation', measure: 'cpuNanoseconds', show: 'median', digits: 0 },
  ...ratioColumns('cpuNanoseconds', 'lru-cache'),
  { heading: 'per second', measure: 'perSecond', show: 'median', digits: 0 },
]
