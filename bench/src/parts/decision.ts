/** The decision in memory, without any framework: one key, and ten thousand. */
import { decisionContestants } from '../contestants/decision/index.ts'
import type { Effort } from '../http-rounds.ts'
import { median, spread } from '../statistics.ts'
import type { Table } from '../table.ts'

/** A decision takes well under a microsecond: that many per HTTP request of the effort make a measurable time. */
const decisionsPerRequest = 25

export async function decision(effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  const tables: Table[] = []
  for (const keyCount of [1, 10_000]) {
    progress(`${keyCount} key(s)`)
    tables.push(await measure(keyCount, effort))
  }
  return tables
}

async function measure(keyCount: number, effort: Effort): Promise<Table> {
  const keys = Array.from({ length: keyCount }, (_, index) => `client:${index}`)
  const decisions = effort.requests * decisionsPerRequest
  const deciders = decisionContestants.map((one) => one.make())
  const nanoseconds: number[][] = deciders.map(() => [])
  for (const decide of deciders) await time(decide, keys, decisions)
  for (let round = 0; round < effort.rounds; round++) {
    for (let step = 0; step < deciders.length; step++) {
      const index = (step + round) % deciders.length
      const decide = deciders[index]
      if (decide) nanoseconds[index]?.push(await time(decide, keys, decisions))
    }
  }
  const floor = nanoseconds[0] ?? []
  return {
    title: `decision in memory, ${keyCount} key(s)`,
    columns: ['', 'ns/decision', 'ratio to Map', '±'],
    rows: decisionContestants.map(({ name }, index) => {
      const own = nanoseconds[index] ?? []
      const ratios = own.map((ns, round) => ns / (floor[round] ?? Number.NaN))
      return [name, median(own).toFixed(0), median(ratios).toFixed(2), spread(ratios).toFixed(2)]
    }),
  }
}

/** Nanoseconds per decision; a promise is awaited, as the middleware must. */
async function time(
  decide: (key: string) => unknown,
  keys: readonly string[],
  decisions: number,
): Promise<number> {
  const startedAt = performance.now()
  for (let index = 0; index < decisions; index++) {
    const made = decide(keys[index % keys.length] ?? '')
    if (made instanceof Promise) await made
  }
  return ((performance.now() - startedAt) * 1e6) / decisions
}
