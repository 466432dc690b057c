/** `npm run bench [-- part …] [--quick]`: the benchmark beside the peers, in one run. */
import { mkdir, writeFile } from 'node:fs/promises'
import { environment } from './environment.ts'
import type { Effort } from './http-rounds.ts'
import { accuracy } from './parts/accuracy.ts'
import { dataCache } from './parts/data-cache.ts'
import { decision } from './parts/decision.ts'
import { heap } from './parts/heap.ts'
import { httpCache, httpLimit } from './parts/http.ts'
import { redis } from './parts/redis.ts'
import { stampede } from './parts/stampede.ts'
import { markdownOf, textOf, type Table } from './table.ts'

type Part = (effort: Effort, progress: (text: string) => void) => Promise<readonly Table[]>

const parts: Readonly<Record<string, Part>> = {
  decision,
  heap,
  redis,
  'http-limit': httpLimit,
  'http-cache': httpCache,
  'data-cache': dataCache,
  stampede,
  accuracy,
}

const given = process.argv.slice(2)
const effort: Effort = given.includes('--quick')
  ? { rounds: 3, requests: 4_000 }
  : { rounds: 9, requests: 12_000 }
const wanted = given.filter((argument) => !argument.startsWith('--'))
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`Unknown part: ${unknown.join(', ')}. Known: ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}

const where = environment()
const versions = Object.entries(where.versions).map(([name, version]) => `${name} ${version}`)
const heading = `${where.cpu}, ${where.cores} cores, Node ${where.node}, load ${where.load}; ${versions.join(', ')}`
console.log(heading)
const results: Record<string, readonly Table[]> = {}
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  const tables = await parts[name]?.(effort, (text) => console.error(`… ${name}: ${text}`))
  results[name] = tables ?? []
  for (const table of tables ?? []) console.log(textOf(table))
}
const folder = new URL('../results/', import.meta.url)
await mkdir(folder, { recursive: true })
const json = JSON.stringify({ environment: where, effort, results }, undefined, 2)
const tables = Object.values(results).flat().map(markdownOf)
await writeFile(new URL('latest.json', folder), `${json}\n`)
await writeFile(new URL('latest.md', folder), [heading, '', ...tables].join('\n'))
// Some contestants keep timers of theirs after they were closed.
process.exit()
