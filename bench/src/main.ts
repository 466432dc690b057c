/** `npm run bench [-- part … --quick --only <text>]`: the benchmark beside the peers, in one run. */
import { fileURLToPath } from 'node:url'
import { readArguments } from './arguments.ts'
import { tableOfBars } from './bars/index.ts'
import { environment, headingOf } from './environment.ts'
import type { Part } from './part.ts'
import { accuracy } from './parts/accuracy.ts'
import { dataCache } from './parts/data-cache.ts'
import { decision } from './parts/decision.ts'
import { httpCache, httpLimit } from './parts/http.ts'
import { redis } from './parts/redis.ts'
import { stampede } from './parts/stampede.ts'
import { failed, type Result } from './result.ts'
import { tableOf, textOf } from './table.ts'
import { write } from './write.ts'

const parts: Readonly<Record<string, Part>> = {
  decision,
  redis,
  'http-limit': httpLimit,
  'http-cache': httpCache,
  'data-cache': dataCache,
  stampede,
  accuracy,
}

const usual = fileURLToPath(new URL('../results/', import.meta.url))
const asked = readArguments(process.argv.slice(2), Object.keys(parts), usual)
if (typeof asked === 'string') {
  console.error(asked)
  process.exit(2)
}
const { parts: wanted, effortName, effort, only, folder } = asked
const startedAt = performance.now()
const minutes = (): string => ((performance.now() - startedAt) / 60_000).toFixed(1)
const where = await environment()
console.log(headingOf(where))
const results: Record<string, readonly Result[]> = {}
for (const name of wanted) {
  results[name] = await resultsOf(name)
  for (const result of results[name]) console.log(textOf(tableOf(result)))
}
const bars = tableOfBars(results, only.length === 0)
console.log(textOf(bars))
await write(folder, { environment: where, effort: effortName, minutes: Number(minutes()), results }, bars)
console.log(`\n${minutes()} minutes; the same as JSON and Markdown in ${folder}`)
// Some contestants keep timers of theirs after they were closed.
process.exit()

/** A part that fails is a table that says so, and the others go on. */
async function resultsOf(name: string): Promise<readonly Result[]> {
  try {
    const tables = await parts[name]?.({
      effort,
      progress: (text) => console.error(`… ${minutes()} min  ${name}: ${text}`),
      wants: (title) => only.length === 0 || only.some((text) => title.includes(text)),
    })
    return tables ?? []
  } catch (error) {
    return [{ title: name, columns: [], rows: [failed(name, 'floor', error)] }]
  }
}
