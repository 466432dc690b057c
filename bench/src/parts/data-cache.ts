/** The data cache in memory: a hit, a miss, and what getOrLoad costs when the value is there. */
import { dataContestants } from '../contestants/data/index.ts'
import type { DataSubject } from '../data-contestant.ts'
import type { Effort } from '../http-rounds.ts'
import { median, spread } from '../statistics.ts'
import type { Table } from '../table.ts'

const keyCount = 10_000

const keys = Array.from({ length: keyCount }, (_, index) => `product:${index}`)

const valueOf = (index: number): object => ({
  id: index,
  name: 'amber lamp',
  price: 12_345,
  tags: ['a', 'b'],
})

interface Scene {
  readonly title: string
  readonly ask: (subject: DataSubject, index: number) => unknown
  readonly needsLoading: boolean
}

const scenes: readonly Scene[] = [
  {
    title: 'get, there',
    ask: (subject, index) => subject.get(keys[index % keyCount] ?? ''),
    needsLoading: false,
  },
  {
    title: 'getOrLoad, there',
    ask: (subject, index) => subject.getOrLoad?.(keys[index % keyCount] ?? '', neverLoads),
    needsLoading: true,
  },
  {
    title: 'getOrLoad, not there',
    ask: (subject, index) => subject.getOrLoad?.(`new:${index}:${fresh++}`, loadsAtOnce),
    needsLoading: true,
  },
]

let fresh = 0

const neverLoads = async (): Promise<never> => {
  throw new Error('what is there must not be loaded')
}

const loaded = valueOf(0)
const loadsAtOnce = async (): Promise<object> => loaded

/** An operation takes about a microsecond: that many per HTTP request of the effort make a measurable time. */
const operationsPerRequest = 10

export async function dataCache(effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  const tables: Table[] = []
  for (const scene of scenes) {
    progress(scene.title)
    tables.push(await measure(scene, effort))
  }
  return tables
}

async function measure(scene: Scene, effort: Effort): Promise<Table> {
  const rows = dataContestants.map(({ name, make }) => ({ name, subject: make(), times: [] as number[] }))
  const taking = rows.filter(({ subject }) => !scene.needsLoading || subject.getOrLoad !== undefined)
  const operations = effort.requests * operationsPerRequest
  for (const { subject, name } of taking) {
    for (const [index, key] of keys.entries()) await subject.set(key, valueOf(index))
    await check(name, subject)
    await time(scene, subject, operations / 4)
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (let step = 0; step < taking.length; step++) {
      const one = taking[(step + round) % taking.length]
      if (one) one.times.push(await time(scene, one.subject, operations))
    }
  }
  await Promise.all(rows.map(({ subject }) => subject.close()))
  const own = taking.find(({ name }) => name === 'forebay')?.times ?? []
  return {
    title: `data cache in memory, ${scene.title}`,
    columns: ['', 'ns/operation', 'ratio to forebay', '±'],
    rows: taking.map(({ name, times }) => {
      const ratios = times.map((ns, round) => ns / (own[round] ?? Number.NaN))
      return [name, median(times).toFixed(0), median(ratios).toFixed(2), spread(ratios).toFixed(2)]
    }),
  }
}

/** Before anything is timed: what was set is found. */
async function check(name: string, subject: DataSubject): Promise<void> {
  const found = (await subject.get(keys[7] ?? '')) as { readonly id?: unknown } | undefined
  if (found?.id !== 7) throw new Error(`${name} does not do the job`)
}

/** Nanoseconds per operation; a promise is awaited, as a service must. */
async function time({ ask }: Scene, subject: DataSubject, operations: number): Promise<number> {
  const startedAt = performance.now()
  for (let index = 0; index < operations; index++) {
    const answer = ask(subject, index)
    if (answer instanceof Promise) await answer
  }
  return ((performance.now() - startedAt) * 1e6) / operations
}
