/** One of several processes that ask one limiter in Redis as fast as they can, at a window's edge; tells what was admitted. */
import { setTimeout as sleep } from 'node:timers/promises'
import { answering } from './answering.ts'
import { redisContestants } from './contestants/redis/index.ts'
import type { Admission } from './parts/worst-window.ts'
import type { RedisDecider } from './redis-contestant.ts'
import { named } from './subject.ts'

export interface AccuracyJob {
  readonly windowMs: number
  /** When the window begins that all of them are about. */
  readonly beginsAt: number
  readonly isFirst: boolean
}

const inFlight = 8

const [name, url = '', limit, windowMs] = process.argv.slice(2)

await answering(async () => {
  const settings = { url, limit: Number(limit), windowMs: Number(windowMs), policies: 1 }
  const decider = named(redisContestants, name).make(settings)
  await decider.decide(`connected:${process.pid}`)
  return {
    answer: (job) => hammer(decider, job as AccuracyJob),
    close: () => decider.close(),
  }
})

const now = (): number => performance.timeOrigin + performance.now()

async function hammer(decider: RedisDecider, job: AccuracyJob): Promise<readonly Admission[]> {
  const admissions: Admission[] = []
  const ask = async (key: string): Promise<void> => {
    const sentAt = now()
    if (await decider.decide(key)) admissions.push({ sentAt, receivedAt: now() })
  }
  await sleep(job.beginsAt - now())
  // One request begins the window; then all is quiet until shortly before its end.
  if (job.isFirst) await ask('client')
  await sleep(job.beginsAt + job.windowMs * 0.8 - now())
  const until = job.beginsAt + job.windowMs * 2.5
  const lane = async (): Promise<void> => {
    while (now() < until) {
      await ask('client')
      // A denial from memory comes at once: the clock has to get on.
      await sleep(1)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return admissions
}
