/** How often a handler, or a loader, runs when many ask at once for what is not there. A count, not a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { dataContestants } from '../contestants/data/index.ts'
import { runsFor, stampedeContestants } from '../contestants/http/stampede.ts'
import type { DataSubject } from '../data-contestant.ts'
import type { Run } from '../part.ts'
import { failed, type Result, type Role, type Row } from '../result.ts'

const together = 200
const loaderMs = 50

export async function stampede(run: Run): Promise<readonly Result[]> {
  const results: Result[] = []
  const http = `stampede, ${together} requests at once on a cold key`
  if (run.wants(http)) {
    run.progress(http)
    const rows: Row[] = []
    for (const one of stampedeContestants)
      rows.push(await counted(one.name, one.role, () => runsFor(one, together)))
    results.push({
      title: http,
      columns: [{ heading: 'handler runs', measure: 'runs', show: 'median', digits: 0 }],
      rows,
    })
  }
  const data = `stampede, ${together} getOrLoad at once on a cold key`
  if (run.wants(data)) {
    run.progress(data)
    const rows: Row[] = []
    for (const { name, role, make } of dataContestants.filter(({ hasRedis }) => hasRedis !== true))
      rows.push(await counted(name, role, () => loaderRuns(make())))
    results.push({
      title: data,
      columns: [{ heading: 'loader runs', measure: 'runs', show: 'median', digits: 0 }],
      rows,
    })
  }
  return results
}

async function counted(name: string, role: Role, count: () => Promise<number>): Promise<Row> {
  try {
    return { name, role, values: { runs: [await count()] } }
  } catch (error) {
    return failed(name, role, error)
  }
}

async function loaderRuns(subject: DataSubject): Promise<number> {
  let runs = 0
  const load = async (): Promise<object> => {
    runs++
    await sleep(loaderMs)
    return { runs }
  }
  try {
    await Promise.all(Array.from({ length: together }, () => subject.getOrLoad('cold', load)))
    return runs
  } finally {
    await subject.close()
  }
}
