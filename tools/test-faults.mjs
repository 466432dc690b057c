/** `npm run test:faults [-- -t <name>]`: every fault in full length; prints the table, and keeps it in docs/reliability.md. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {{
 *   fault: string, framework: string, requests: number, failed: number, longestWaitMs: number, longestAddedMs: number, openWaitMs?: number,
 *   wrongAdmissions: number, mostAdmitted: number, wrongBodies: number, recoveredMs?: number, grownBytes: number,
 *   logged: readonly string[]
 * }} Row
 */

const page = fileURLToPath(new URL('../docs/reliability.md', import.meta.url))
const marks = ['<!-- faults -->', '<!-- /faults -->']
const given = process.argv.slice(2)

const folder = mkdtempSync(join(tmpdir(), 'forebay-faults-'))
const file = join(folder, 'rows.jsonl')
writeFileSync(file, '')
// One file after the other: faults are not to slow each other down.
const { status } = spawnSync('npx', ['vitest', 'run', 'test/faults', '--no-file-parallelism', ...given], {
  stdio: 'inherit',
  env: { ...process.env, FOREBAY_FAULTS: 'full', FOREBAY_FAULTS_REPORT: file },
})
/** @type {Row[]} */
const rows = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
rmSync(folder, { recursive: true, force: true })

const heads = [
  'fault',
  'framework',
  'requests',
  '5xx or no answer',
  'longest added wait (ms)',
  'with stalls of the machine (ms)',
  'wait while open (ms)',
  'wrong admissions',
  'most admitted of 20',
  'wrong bodies',
  'recovered (ms)',
  'heap (KiB)',
  'log lines',
]

const cells = (/** @type {Row} */ row) => [
  row.fault,
  row.framework,
  row.requests,
  row.failed,
  Math.round(row.longestAddedMs),
  Math.round(row.longestWaitMs),
  row.openWaitMs === undefined ? '–' : row.openWaitMs.toFixed(2),
  row.wrongAdmissions,
  row.mostAdmitted,
  row.wrongBodies,
  row.recoveredMs === undefined ? '–' : Math.round(row.recoveredMs),
  Math.round(row.grownBytes / 1_024),
  row.logged.length,
]

const line = (/** @type {readonly unknown[]} */ texts) => `| ${texts.join(' | ')} |`
const table = [
  line(heads),
  line(heads.map((_, index) => (index < 2 ? '---' : '--:'))),
  ...rows.map((row) => line(cells(row))),
]
const measured = `Measured on ${new Date().toISOString().slice(0, 10)} with Node ${process.version} on ${cpus().length} cores, load, app and Redis together.`
console.log(`\n${table.join('\n')}\n\n${measured}`)

if (status === 0 && given.length === 0) {
  const text = readFileSync(page, 'utf8')
  const [before, rest] = text.split(marks[0] ?? '')
  const after = rest?.split(marks[1] ?? '')[1]
  writeFileSync(page, `${before}${marks[0]}\n\n${table.join('\n')}\n\n${measured}\n\n${marks[1]}${after}`)
  spawnSync('npx', ['prettier', '--write', '--log-level', 'warn', page], { stdio: 'inherit' })
}
process.exit(status ?? 1)
