/** Where the numbers were made: a table without that is worth nothing. */
import { availableParallelism, cpus, loadavg } from 'node:os'

export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** Load average of the last minute before the run. */
  readonly load: number
}

export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}
