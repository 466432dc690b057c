/** A run as files: its numbers as JSON, its tables as Markdown. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { headingOf, type Environment } from './environment.ts'
import type { Result } from './result.ts'
import { markdownOf, tableOf, type Table } from './table.ts'

export interface RunReport {
  readonly environment: Environment
  readonly effort: string
  readonly minutes: number
  readonly results: Readonly<Record<string, readonly Result[]>>
}

export async function write(folder: string, report: RunReport, bars: Table): Promise<void> {
  await mkdir(folder, { recursive: true })
  const json = JSON.stringify({ ...report, bars }, undefined, 2)
  const tables = [bars, ...Object.values(report.results).flat().map(tableOf)].map(markdownOf)
  await writeFile(join(folder, 'latest.json'), `${json}\n`)
  await writeFile(join(folder, 'latest.md'), `${headingOf(report.environment)}\n\n${tables.join('')}`)
}
