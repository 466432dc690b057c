/** A million keys that were never seen: what deciding on each costs, and what it keeps in memory. */
import { decisionContestants } from '../contestants/decision/index.ts'
import type { NewKeysCost } from '../new-keys-process.ts'
import type { Run } from '../part.ts'
import { failed, ratioColumns, type Result, type Row } from '../result.ts'
import { startWorker } from '../worker.ts'

export async function newKeys(run: Run): Promise<readonly Result[]> {
  const { newKeys: count, newKeysRounds: rounds } = run.effort
  const title = `decision in memory, ${count.toLocaleString('en')} new keys`
  if (!run.wants(title)) return []
  const costs = new Map(decisionContestants.map(({ name }) => [name, [] as NewKeysCost[]]))
  const failures = new Map<string, unknown>()
  for (let round = 0; round < rounds; round++) {
    for (const { name } of decisionContestants) {
      run.progress(`${title}: ${name}`)
      try {
        costs.get(name)?.push(await cost(name, count))
      } catch (error) {
        failures.set(name, error)
      }
    }
  }
  const rows = decisionContestants.map(({ name, role }): Row => {
    if (failures.has(name)) return failed(name, role, failures.get(name))
    const own = costs.get(name) ?? []
    return {
      name,
      role,
      values: {
        cpuNanoseconds: own.map((one) => one.cpuNanoseconds),
        bytesPerKey: own.map((one) => one.bytesPerKey),
      },
    }
  })
  return [
    {
      title,
      columns: [
        { heading: 'CPU ns/decision', measure: 'cpuNanoseconds', show: 'median', digits: 0 },
        ...ratioColumns('cpuNanoseconds', 'Map'),
        { heading: 'bytes/key', measure: 'bytesPerKey', show: 'median', digits: 0 },
      ],
      rows,
    },
  ]
}

async function cost(name: string, count: number): Promise<NewKeysCost> {
  const worker = await startWorker(
    'new-keys-process.js',
    [name, String(count)],
    ['--max-old-space-size=4096', '--expose-gc'],
  )
  try {
    return (await worker.ask('cost')) as NewKeysCost
  } finally {
    await worker.stop()
  }
}
