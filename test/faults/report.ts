/** What every fault came to, as a table; the full suite keeps it in docs/reliability.md. */
import { appendFileSync } from 'node:fs'

export interface Row {
  readonly fault: string
  readonly framework: string
  readonly requests: number
  readonly failed: number
  readonly longestWaitMs: number
  readonly longestAddedMs: number
  readonly openWaitMs: number | undefined
  readonly wrongAdmissions: number
  readonly mostAdmitted: number
  readonly wrongBodies: number
  readonly recoveredMs: number | undefined
  readonly grownBytes: number
  readonly logged: readonly string[]
  readonly purgeConfirmed: boolean
}

/** Rows go to the file that `FOREBAY_FAULTS_REPORT` names, one JSON text a line. */
export function report(row: Row): void {
  const file = process.env['FOREBAY_FAULTS_REPORT']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}
