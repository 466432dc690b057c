/** How many requests are admitted in the worst window, when four processes on one Redis push at a window's edge. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AccuracyJob, Admission } from '../accuracy-process.ts'
import { startRedis } from '../bench-redis.ts'
import { redisContestants } from '../contestants/redis/index.ts'
import type { Effort } from '../http-rounds.ts'
import { skipped, type Table } from '../table.ts'

const processes = 4
const limit = 100
const windowMs = 2_000

/** Until all processes are connected. */
const headStartMs = 1_500

export async function accuracy(_effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  const server = await startRedis()
  if (server === undefined) return [skipped('accuracy')]
  try {
    const rows: string[][] = []
    for (const { name, isFloor } of redisContestants) {
      if (isFloor === true) continue
      progress(name)
      const worst = worstWindow(await admitted(name, server.url))
      rows.push([name, String(limit), String(worst), (worst / limit).toFixed(2)])
    }
    const title = `accuracy, ${processes} processes, ${limit} per ${windowMs / 1_000} s`
    return [{ title, columns: ['', 'limit', 'admitted in the worst window', 'ratio'], rows }]
  } finally {
    await server.stop()
  }
}

async function admitted(name: string, url: string): Promise<readonly Admission[]> {
  const beginsAt = performance.timeOrigin + performance.now() + headStartMs
  const script = fileURLToPath(new URL('../accuracy-process.js', import.meta.url))
  const lists = await Promise.all(
    Array.from({ length: processes }, async (_, index) => {
      const child = fork(script)
      const job: AccuracyJob = { name, url, limit, windowMs, beginsAt, isFirst: index === 0 }
      child.send(job)
      const [admissions] = (await once(child, 'message')) as [readonly Admission[]]
      return admissions
    }),
  )
  return lists.flat()
}

/** The most that were certainly admitted within one window: sent after its beginning, and answered before its end. */
function worstWindow(admissions: readonly Admission[]): number {
  return Math.max(
    0,
    ...admissions.map(
      ({ sentAt: from }) =>
        admissions.filter((one) => one.sentAt >= from && one.receivedAt < from + windowMs).length,
    ),
  )
}
