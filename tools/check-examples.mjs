/** `npm run check:examples`: every example is started, asked and stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const patienceMs = 20_000

/**
 * An example listens on `PORT`. It answers the same product twice: limited both times, from the cache the second time.
 * @param {string} folder
 */
async function checkServing(folder) {
  const port = await freePort()
  const child = start(folder, [], { PORT: String(port) })
  try {
    const url = `http://127.0.0.1:${port}/products/42`
    const first = await asked(url, child)
    const second = await asked(url, child)
    expect(first.status === 200 && second.status === 200, `${url} answers ${first.status}, ${second.status}`)
    expect(first.body === second.body, `${url} answers "${first.body}", then "${second.body}"`)
    expect(second.fields.has('x-ratelimit-remaining'), `${url} has no X-RateLimit-Remaining`)
    const status = second.fields.get('cache-status')
    expect(status?.includes('; hit') === true, `${url} has Cache-Status: ${status} the second time`)
  } finally {
    await stop(child)
  }
}

/**
 * The demo ends by itself.
 * @param {string} folder
 */
async function checkDemo(folder) {
  const child = start(folder, ['--once'], {})
  const code = await Promise.race([exitCode(child), wait(2 * patienceMs, 'no end', { ref: false })])
  await stop(child)
  expect(code === 0, `the demo ended with ${code}\n${child.output}`)
}

/** @typedef {import('node:child_process').ChildProcess & { output: string }} Example */

/**
 * @param {string} folder
 * @param {string[]} words
 * @param {Record<string, string>} environment
 * @returns {Example}
 */
function start(folder, words, environment) {
  const program = existsSync(join(folder, 'server.js')) ? 'server.js' : 'dist/main.js'
  const child = Object.assign(
    spawn(process.execPath, [program, ...words], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    }),
    { output: '' },
  )
  child.stdout.on('data', (chunk) => (child.output += String(chunk)))
  child.stderr.on('data', (chunk) => (child.output += String(chunk)))
  return child
}

/**
 * @param {string} url
 * @param {Example} child
 */
async function asked(url, child) {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      const response = await fetch(url)
      return { status: response.status, fields: response.headers, body: await response.text() }
    } catch (error) {
      expect(child.exitCode === null, `it ended by itself\n${child.output}`)
      if (Date.now() > deadline) throw error
      await wait(50)
    }
  }
}

/** @param {Example} child */
async function exitCode(child) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** @param {Example} child */
async function stop(child) {
  child.kill('SIGTERM')
  const ended = await Promise.race([exitCode(child).then(() => true), wait(5_000, false, { ref: false })])
  child.kill('SIGKILL')
  expect(ended, 'it does not end on SIGTERM')
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * @param {boolean} truth
 * @param {string} otherwise
 */
function expect(truth, otherwise) {
  if (!truth) throw new Error(otherwise)
}

for (const name of await readdir('examples')) {
  const folder = join('examples', name)
  try {
    await (name === 'demo' ? checkDemo(folder) : checkServing(folder))
    console.log(`ok      ${name}`)
  } catch (error) {
    console.error(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
