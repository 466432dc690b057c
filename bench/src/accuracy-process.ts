/** One of several processes that ask one limiter in Redis as fast as they can, at a window's edge; tells what was admitted. */
import { setTimeout as sleep } from 'node:timers/promises'
import { redisContestants } from './contestants/redis/index.ts'

export interface Admission {
  /** Instants in ms that all processes share: it was decided somewhere between them. */
  readonly sentAt: number
  readonly receivedAt: number
}

export interface AccuracyJob {
  readonly name: string
  readonly url: string
  readonly limit: number
  readonly windowMs: number
  /** When the window begins that all of them are about. */
  readonly beginsAt: number
  readonly isFirst: boolean
}

const inFlight = 8

process.once('message', (job: AccuracyJob) => void hammer(job))

const now = (): number => performance.timeOrigin + performance.now()

async function hammer({ name, url, limit, windowMs, beginsAt, isFirst }: AccuracyJob): Promise<void> {
  const contestant = redisContestants.find((one) => one.name === name)
  if (contestant === undefined) throw new Error(`no contestant ${name}`)
  const decider = contestant.make({ url, limit, windowMs, policies: 1 })
  const admissions: Admission[] = []
  const ask = async (key: string): Promise<void> => {
    const sentAt = now()
    if (await decider.decide(key)) admissions.push({ sentAt, receivedAt: now() })
  }
  await decider.decide(`connected:${process.pid}`)
  await sleep(beginsAt - now())
  // One request begins the window; then all is quiet until shortly before its end.
  if (isFirst) await ask('client')
  await sleep(beginsAt + windowMs * 0.8 - now())
  const until = beginsAt + windowMs * 2.5
  const lane = async (): Promise<void> => {
    while (now() < until) {
      await ask('client')
      // A denial from memory comes at once: the clock has to get on.
      await sleep(1)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  await decider.close()
  process.send?.(admissions, () => process.disconnect())
}
