/** A test run ends with one plain line, and with the exit code that it deserves. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const cases: readonly (readonly [name: string, source: string, line: string, code: number])[] = [
  ['all pass', `it('a', () => {}); it('b', () => {})`, '2 passed, 0 failed', 0],
  ['one fails', `it('a', () => {}); it('b', () => { throw new Error() })`, '1 passed, 1 failed', 1],
  ['one is skipped', `it('a', () => {}); it.skip('b', () => {})`, '1 passed, 0 failed, 1 skipped', 0],
  ['none runs', `it.skip('a', () => {})`, '0 passed, 0 failed, 1 skipped', 1],
  ['a file does not load', `it('a', () => {}); throw new Error()`, '0 passed, 1 failed', 1],
  ['a promise is left to reject', `it('a', () => void Promise.reject(new Error()))`, '1 passed, 1 failed', 1],
]

it.each(cases)('when %s', { timeout: 60_000 }, (_name, source, line, code) => {
  const folder = scratchFolder('reporting')
  try {
    writeFileSync(join(folder, 'a.test.ts'), `import { it } from 'vitest'\n${source}\n`)
    writeFileSync(
      join(folder, 'vitest.config.ts'),
      `import { ClosingLineReporter } from '${join(root, 'test/reporting/closing-line-reporter.ts')}'
      export default { root: '${folder}', test: { reporters: ['default', new ClosingLineReporter()] } }`,
    )
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { stdout, status } = spawnSync(
      process.execPath,
      [vitest, 'run', '--config', join(folder, 'vitest.config.ts')],
      {
        cwd: folder,
        encoding: 'utf8',
        // It blocks this thread: nothing else would end it.
        timeout: 45_000,
        killSignal: 'SIGKILL',
      },
    )
    expect([stdout.trimEnd().split('\n').at(-1), status]).toEqual([line, code])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
