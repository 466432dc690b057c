/** `npm run check [-- --skip <step> …]`: all of CI; one line per step, stopping at the first failure. */
import { spawn } from 'node:child_process'
import process from 'node:process'

/** Every step is a script of the root package.json, run through turbo, which brings what it depends on. */
const steps = ['format:check', 'build', 'lint', 'typecheck', 'test', 'check:packages', 'check:examples']

/**
 * @param {string} step
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(step) {
  return new Promise((resolve) => {
    const child = spawn(
      'npx',
      ['--no-install', 'turbo', 'run', `//#${step}`, '--output-logs=full', '--log-prefix=none'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', FORCE_COLOR: '0' },
      },
    )
    let output = ''
    const hear = (/** @type {Buffer} */ chunk) => (output += chunk.toString())
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** The closing line that the step itself printed (`N passed, N failed`), if there is one. */
const closingLine = (/** @type {string} */ output) =>
  output.split('\n').findLast((line) => /^\d+ passed, \d+ failed/.test(line.trim())) ?? ''

const given = process.argv.slice(2)
const skipped = given.filter((_, index) => given[index - 1] === '--skip')
const unknown = given.find((word, index) => word !== '--skip' && given[index - 1] !== '--skip')
const stray = unknown ?? skipped.find((step) => !steps.includes(step))
if (stray !== undefined) {
  console.error(`Unknown argument: ${stray}. Usage: npm run check [-- --skip <${steps.join(' | ')}>]`)
  process.exit(2)
}

const startedAt = Date.now()
for (const step of steps) {
  if (skipped.includes(step)) continue
  const stepStartedAt = Date.now()
  const { code, output } = await run(step)
  const seconds = `${((Date.now() - stepStartedAt) / 1_000).toFixed(1)} s`
  console.log(
    `${code === 0 ? 'ok    ' : 'FAILED'}  ${step.padEnd(15)} ${seconds.padStart(7)}  ${closingLine(output)}`.trimEnd(),
  )
  if (code !== 0) {
    console.error(`\n${output.trimEnd()}\n\ncheck stopped at: npm run ${step}`)
    process.exit(1)
  }
}
console.log(`check passed in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`)
