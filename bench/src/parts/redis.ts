/** Decisions in Redis from one process: at several numbers in flight, with three policies, and for a key that is denied. */
import { startRedis } from '../bench-redis.ts'
import { redisContestants } from '../contestants/redis/index.ts'
import type { Effort } from '../http-rounds.ts'
import type { RedisContestant, RedisDecider, RedisJob } from '../redis-contestant.ts'
import { median, spread } from '../statistics.ts'
import { skipped, type Table } from '../table.ts'

interface Scene {
  readonly title: string
  readonly inFlight: number
  readonly policies: number
  readonly limit: number
  /** Whether every decision after the first few is a denial. */
  readonly denies: boolean
}

const unlimited = 1_000_000_000

const scenes: readonly Scene[] = [
  { title: '1 in flight', inFlight: 1, policies: 1, limit: unlimited, denies: false },
  { title: '64 in flight', inFlight: 64, policies: 1, limit: unlimited, denies: false },
  { title: '512 in flight', inFlight: 512, policies: 1, limit: unlimited, denies: false },
  { title: '512 in flight, three policies', inFlight: 512, policies: 3, limit: unlimited, denies: false },
  { title: '64 in flight, a key that is denied', inFlight: 64, policies: 1, limit: 1, denies: true },
]

const keyCount = 1_000

export async function redis(effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  const server = await startRedis()
  if (server === undefined) return [skipped('decision in Redis')]
  try {
    const tables: Table[] = []
    for (const scene of scenes) {
      progress(scene.title)
      tables.push(await measure(scene, server.url, effort))
    }
    return tables
  } finally {
    await server.stop()
  }
}

interface Sample {
  readonly perSecond: number
  readonly cpuMicroseconds: number
}

async function measure(scene: Scene, url: string, effort: Effort): Promise<Table> {
  const job: RedisJob = { url, limit: scene.limit, windowMs: 3_600_000, policies: scene.policies }
  const contestants = redisContestants.filter(
    (one) => one.mostPolicies >= scene.policies || one.isFloor === true,
  )
  const deciders = contestants.map((one) => one.make(job))
  const samples: Sample[][] = contestants.map(() => [])
  const decisions = scene.inFlight === 1 ? effort.requests / 2 : effort.requests * 2
  try {
    for (const [index, decider] of deciders.entries()) {
      await check(contestants[index], decider, scene)
      await drive(decider, scene, decisions / 2)
    }
    for (let round = 0; round < effort.rounds; round++) {
      for (let step = 0; step < deciders.length; step++) {
        const index = (step + round) % deciders.length
        const decider = deciders[index]
        if (decider) samples[index]?.push(await drive(decider, scene, decisions))
      }
    }
  } finally {
    await Promise.all(deciders.map((one) => one.close()))
  }
  const floor = samples[0] ?? []
  return {
    title: `decision in Redis, ${scene.title}`,
    columns: ['', 'decisions/s', 'ratio to GET', '±', 'CPU µs/decision'],
    rows: contestants.map(({ name }, index) => {
      const own = samples[index] ?? []
      const ratios = own.map((one, round) => one.perSecond / (floor[round]?.perSecond ?? Number.NaN))
      return [
        name,
        median(own.map((one) => one.perSecond)).toFixed(0),
        median(ratios).toFixed(2),
        spread(ratios).toFixed(2),
        median(own.map((one) => one.cpuMicroseconds)).toFixed(1),
      ]
    }),
  }
}

/** Before anything is timed: whoever is asked to deny denies, and nobody else does. */
async function check(one: RedisContestant | undefined, decider: RedisDecider, scene: Scene): Promise<void> {
  let allowed = true
  for (let asked = 0; asked < 3; asked++) allowed = await decider.decide(keyOf(0, scene))
  if (one?.isFloor !== true && allowed === scene.denies) throw new Error(`${one?.name} does not do the job`)
}

function keyOf(index: number, scene: Scene): string {
  return scene.denies ? 'denied' : `client:${index % keyCount}`
}

async function drive(decider: RedisDecider, scene: Scene, decisions: number): Promise<Sample> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < decisions) await decider.decide(keyOf(next++, scene))
  }
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: scene.inFlight }, lane))
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: (decisions * 1_000) / ms, cpuMicroseconds: (user + system) / decisions }
}
