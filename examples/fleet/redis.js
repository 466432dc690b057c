/** The Redis of the example: the one that FOREBAY_REDIS_URL names, or one started for as long as the example runs. */
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const howToGetRedis =
  'This example needs Redis or Valkey, and found none. Name a running one in FOREBAY_REDIS_URL, or a program in ' +
  'REDIS_SERVER_BIN, or install one (Debian: apt-get install redis-server, macOS: brew install redis). Nothing was started.'

/** Where `npm test` in this repository has unpacked one, if it had to. */
const unpacked = fileURLToPath(new URL('../../.cache/redis/usr/', import.meta.url))

/** Undefined where there is none; nothing is installed. */
export async function startRedis() {
  const { FOREBAY_REDIS_URL: url } = process.env
  if (url) return { url, stop: () => undefined }
  const found = findServer()
  if (found === undefined) return undefined
  const port = await freePort()
  const child = spawn(found.path, ['--port', port, '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
    env: { ...process.env, ...found.environment },
  })
  process.once('exit', () => child.kill())
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${found.path} has ended with code ${child.exitCode}.`)
    await wait(20)
  }
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() }
}

function findServer() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const installed = ['redis-server', 'valkey-server'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  )
  const path = [process.env.REDIS_SERVER_BIN, ...installed].find((one) => one && isExecutable(one))
  if (path !== undefined) return { path, environment: {} }
  const own = join(unpacked, 'bin/redis-server')
  if (!existsSync(own)) return undefined
  const libraries = join(unpacked, 'lib')
  const folder = existsSync(libraries) ? readdirSync(libraries).map((name) => join(libraries, name)) : []
  return { path: own, environment: { LD_LIBRARY_PATH: [libraries, ...folder].join(':') } }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return String(port)
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
