/** How many requests are admitted in the worst window, when several processes on one Redis push at a window's edge. */
import type { AccuracyJob } from '../accuracy-process.ts'
import { startRedis } from '../bench-redis.ts'
import { redisContestants } from '../contestants/redis/index.ts'
import type { Effort } from '../effort.ts'
import type { Run } from '../part.ts'
import { failed, withoutRedis, type Result, type Row } from '../result.ts'
import { startWorker } from '../worker.ts'
import { worstWindow, type Admission } from './worst-window.ts'

const limit = 100

/** Until all processes have been told. */
const headStartMs = 300

export async function accuracy(run: Run): Promise<readonly Result[]> {
  const { accuracyWindowMs: windowMs, accuracyProcesses: processes } = run.effort
  const title = `accuracy, ${processes} processes, ${limit} per ${windowMs / 1_000} s`
  if (!run.wants(title)) return []
  const server = await startRedis()
  if (server === undefined) return [withoutRedis('accuracy')]
  try {
    const rows: Row[] = []
    for (const { name, role } of redisContestants.filter((one) => one.role !== 'floor')) {
      run.progress(`${title}: ${name}`)
      try {
        const worst = worstWindow(await admitted(name, server.url, run.effort), windowMs)
        rows.push({ name, role, values: { limit: [limit], worst: [worst], ratio: [worst / limit] } })
      } catch (error) {
        rows.push(failed(name, role, error))
      }
    }
    return [
      {
        title,
        columns: [
          { heading: 'limit', measure: 'limit', show: 'median', digits: 0 },
          { heading: 'admitted in the worst window', measure: 'worst', show: 'median', digits: 0 },
          { heading: 'ratio', measure: 'ratio', show: 'median', digits: 2 },
        ],
        rows,
      },
    ]
  } finally {
    await server.stop()
  }
}

async function admitted(name: string, url: string, effort: Effort): Promise<readonly Admission[]> {
  const windowMs = effort.accuracyWindowMs
  const words = [name, url, String(limit), String(windowMs)]
  const workers = await Promise.all(
    Array.from({ length: effort.accuracyProcesses }, () => startWorker('accuracy-process.js', words)),
  )
  try {
    const beginsAt = performance.timeOrigin + performance.now() + headStartMs
    const lists = await Promise.all(
      workers.map(async (worker, index) => {
        const job: AccuracyJob = { windowMs, beginsAt, isFirst: index === 0 }
        return (await worker.ask(job)) as readonly Admission[]
      }),
    )
    return lists.flat()
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}
