/** How often a handler, or a loader, runs when many ask at once for what is not there. A count, not a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { dataContestants } from '../contestants/data/index.ts'
import { runsFor, stampedeContestants } from '../contestants/http/stampede.ts'
import type { Effort } from '../http-rounds.ts'
import type { Table } from '../table.ts'

const together = 200
const loaderMs = 50

export async function stampede(_effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  progress('whole responses')
  const http: string[][] = []
  for (const one of stampedeContestants) http.push([one.name, String(await runsFor(one, together))])
  progress('data caches')
  const data: string[][] = []
  for (const { name, make } of dataContestants) {
    const subject = make()
    const { getOrLoad } = subject
    if (getOrLoad) data.push([name, String(await loaderRuns(getOrLoad))])
    await subject.close()
  }
  return [
    {
      title: `stampede, ${together} requests at once on a cold key`,
      columns: ['', 'handler runs'],
      rows: http,
    },
    {
      title: `stampede, ${together} getOrLoad at once on a cold key`,
      columns: ['', 'loader runs'],
      rows: data,
    },
  ]
}

async function loaderRuns(
  getOrLoad: (key: string, load: () => Promise<unknown>) => unknown,
): Promise<number> {
  let runs = 0
  const load = async (): Promise<object> => {
    runs++
    await sleep(loaderMs)
    return { runs }
  }
  await Promise.all(Array.from({ length: together }, () => getOrLoad('cold', load)))
  return runs
}
