/** Memory per key at a million keys, beyond the key's own text. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decisionContestants } from '../contestants/decision/index.ts'
import type { Effort } from '../http-rounds.ts'
import type { Table } from '../table.ts'

const keyCount = 1_000_000
const run = promisify(execFile)

export async function heap(_effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  const script = fileURLToPath(new URL('../heap-process.js', import.meta.url))
  const rows: string[][] = []
  for (const { name } of decisionContestants) {
    progress(name)
    const words = ['--max-old-space-size=4096', script, name, String(keyCount)]
    const { stdout } = await run(process.execPath, words)
    const { bytes } = JSON.parse(stdout) as { readonly bytes: number }
    rows.push([name, bytes.toFixed(0)])
  }
  return [{ title: 'memory at a million keys', columns: ['', 'bytes/key'], rows }]
}
