/** The decision in memory, without any framework: one key, ten thousand, and keys that are all new. */
import { decisionContestants } from '../contestants/decision/index.ts'
import type { Run } from '../part.ts'
import { ratioColumns, type Column, type Result } from '../result.ts'
import { measure } from '../rounds.ts'
import { subjectEntrant } from '../subject-runner.ts'
import { newKeys } from './new-keys.ts'

export async function decision(run: Run): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const keyCount of [1, 10_000]) {
    const title = `decision in memory, ${keyCount === 1 ? 'one key' : '10,000 keys'}`
    if (!run.wants(title)) continue
    run.progress(title)
    const entrants = decisionContestants.map(({ name, role }) =>
      subjectEntrant(role, 'decision', name, String(keyCount)),
    )
    results.push({ title, columns, rows: await measure(entrants, run.effort) })
  }
  return [...results, ...(await newKeys(run))]
}

const columns: readonly Column[] = [
  { heading: 'CPU ns/decision', measure: 'cpuNanoseconds', show: 'median', digits: 0 },
  ...ratioColumns('cpuNanoseconds', 'Map'),
  { heading: 'decisions/s', measure: 'perSecond', show: 'median', digits: 0 },
]
