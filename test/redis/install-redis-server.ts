/** Gets a `redis-server` on Debian and its kin: by `apt-get install` as root, unpacked into a cache folder otherwise. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RedisBinary } from './redis-binary.ts'

const cacheFolder = fileURLToPath(new URL('../../.cache/redis/', import.meta.url))

/** The server and the libraries that a bare Debian lacks. */
const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']

/** Another apt may be at work: wait for it. */
const patience = ['-o', 'DPkg::Lock::Timeout=400']

const advice =
  'No redis-server was found, and none could be installed. Install Redis or Valkey (Debian: `apt-get install redis-server`, ' +
  'macOS: `brew install redis`), or name the program in REDIS_SERVER_BIN.'

/** @throws Error that says what to install, with what apt said. */
export function installRedisServer(installed: () => string | undefined): RedisBinary {
  const cached = unpacked()
  if (cached !== undefined) return cached
  if (!canRun('apt-get')) throw new Error(advice)
  const failures: string[] = []
  if (process.getuid?.() === 0) {
    process.stderr.write('No redis-server here: installing one with apt-get.\n')
    failures.push(aptOrUpdateFirst(['install', '-y', '--no-install-recommends', 'redis-server']))
    const path = installed()
    if (path !== undefined) return { path, libraryPath: '' }
  }
  process.stderr.write('No redis-server here: unpacking one into .cache/redis.\n')
  failures.push(unpackPackages())
  const found = unpacked()
  if (found !== undefined) return found
  throw new Error(`${advice}\n${failures.join('\n').trim()}`)
}

function unpacked(): RedisBinary | undefined {
  const path = join(cacheFolder, 'usr/bin/redis-server')
  if (!existsSync(path)) return undefined
  const libraries = join(cacheFolder, 'usr/lib')
  const folders = existsSync(libraries) ? readdirSync(libraries).map((name) => join(libraries, name)) : []
  return { path, libraryPath: [libraries, ...folders].join(':') }
}

function unpackPackages(): string {
  mkdirSync(join(cacheFolder, '..'), { recursive: true })
  // Unpacked beside and moved into place whole: a run that was cut off leaves nothing half-done.
  const folder = mkdtempSync(join(cacheFolder, '../redis-'))
  try {
    const failure = aptOrUpdateFirst(['download', ...packages], folder)
    if (failure !== '') return failure
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
      const { status, stderr } = spawnSync('dpkg', ['-x', name, 'root'], { cwd: folder, encoding: 'utf8' })
      if (status !== 0) return stderr
    }
    rmSync(cacheFolder, { recursive: true, force: true })
    renameSync(join(folder, 'root'), cacheFolder)
    return ''
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Nothing, or what apt complained of. Package lists are fetched only where the first attempt failed. */
function aptOrUpdateFirst(command: readonly string[], folder?: string): string {
  if (apt(command, folder) === '') return ''
  const update = process.getuid?.() === 0 ? apt(['update'], folder) : ''
  return update === '' ? apt(command, folder) : update
}

function apt(command: readonly string[], folder?: string): string {
  const { status, stderr, error } = spawnSync('apt-get', [...patience, '-qq', ...command], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    // Run level 1: the package does not start a server of its own.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  })
  if (status === 0) return ''
  return stderr?.trim() || error?.message || `apt-get ${command.join(' ')} failed`
}

function canRun(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}
