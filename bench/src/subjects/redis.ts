/** Decisions in Redis: so many in flight from one process. */
import { redisContestants } from '../contestants/redis/index.ts'
import { named, type Subject } from '../subject.ts'

export interface RedisScene {
  readonly title: string
  readonly inFlight: number
  readonly policies: number
  readonly limit: number
  /** Whether every decision after the first few is a denial. */
  readonly denies: boolean
}

const unlimited = 1_000_000_000

export const redisScenes: readonly RedisScene[] = [
  { title: '1 in flight', inFlight: 1, policies: 1, limit: unlimited, denies: false },
  { title: '64 in flight', inFlight: 64, policies: 1, limit: unlimited, denies: false },
  { title: '512 in flight', inFlight: 512, policies: 1, limit: unlimited, denies: false },
  { title: '512 in flight, three policies', inFlight: 512, policies: 3, limit: unlimited, denies: false },
  { title: '64 in flight, a key that is denied', inFlight: 64, policies: 1, limit: 1, denies: true },
]

const keyCount = 1_000

export function redisSubject(name?: string, title?: string, url?: string): Subject {
  const contestant = named(redisContestants, name)
  const scene = redisScenes.find((one) => one.title === title)
  if (scene === undefined || url === undefined) throw new Error(`no scene ${title} on ${url}`)
  const { inFlight, limit, policies, denies } = scene
  // Names of its own: another process may be running the same contestant.
  const keys = Array.from({ length: denies ? 1 : keyCount }, (_, index) => `${process.pid}:${title}:${index}`)
  const decider = contestant.make({ url, limit, windowMs: 3_600_000, policies })
  let next = 0
  const decide = (): Promise<boolean> => {
    next = next + 1 >= keys.length ? 0 : next + 1
    return decider.decide(keys[next] ?? '')
  }
  return {
    async check() {
      let allowed = true
      for (let asked = 0; asked < 3; asked++) allowed = await decider.decide(keys[0] ?? '')
      if (contestant.role !== 'floor' && allowed === denies)
        throw new Error(`it ${allowed ? 'admits what is to be denied' : 'denies what is to be admitted'}`)
    },
    async run(times) {
      let left = times
      const lane = async (): Promise<void> => {
        while (left-- > 0) await decide()
      }
      await Promise.all(Array.from({ length: inFlight }, lane))
    },
    close: () => decider.close(),
  }
}
