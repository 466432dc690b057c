/** Where the numbers were made: a table without that is worth nothing. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'

export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** Load average of the last minute before the run. */
  readonly load: number
  /** Of every contestant, by its package. */
  readonly versions: Readonly<Record<string, string>>
}

export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    versions: pinned(),
  }
}

/** The benchmark pins what it measures. */
function pinned(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> }).dependencies
}
