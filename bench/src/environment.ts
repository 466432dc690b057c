/** Where the numbers were made: a table without that is worth nothing. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { redisPrograms } from './bench-redis.ts'
import { versionOf } from './kept-program.ts'
import { nginxProgram } from './nginx.ts'

export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Load average of the last minute before the run. */
  readonly load: number
  readonly date: string
  /** Of every contestant, by its package or program. */
  readonly versions: Readonly<Record<string, string>>
}

export async function environment(): Promise<Environment> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    system: `${process.platform} ${release()}`,
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
    versions: {
      ...pinned(),
      nginx: (await versionOf(nginxProgram(), '-v')) ?? 'not there',
      redis: process.env['FOREBAY_REDIS_URL'] ? 'of FOREBAY_REDIS_URL' : await redisVersion(),
    },
  }
}

export function headingOf({ versions, ...where }: Environment): string {
  const machine = `${where.cpu}, ${where.cores} cores, ${where.memoryGiB} GiB, ${where.system}`
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${machine}, Node ${where.node}, load ${where.load}, ${where.date}; ${list.join(', ')}`
}

/** The benchmark pins what it measures. */
function pinned(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> }).dependencies
}

async function redisVersion(): Promise<string> {
  for (const program of redisPrograms()) {
    const version = await versionOf(program, '--version')
    if (version !== undefined) return version
  }
  return 'not there'
}
