/** The packages as their users install them, for tests that start programs of their own. */
import { execFile } from 'node:child_process'
import { mkdir, rmdir, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const lock = fileURLToPath(new URL('../.cache/build.lock/', import.meta.url))

/** A build takes a second; a lock that old was left by a process that died. */
const staleAfterMs = 60_000

/** Builds what is not built yet, the packages, the demo and the benchmark. One at a time on this machine: two builds would write the same files. */
export async function buildPackages(): Promise<void> {
  await mkdir(new URL('../.cache/', import.meta.url), { recursive: true })
  await takeLock()
  try {
    const packages = ['disk', 'express', 'fastify', 'koa', 'redis', 'testing'].map(
      (name) => `packages/${name}`,
    )
    const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
    await promisify(execFile)(process.execPath, [tsc, '-b', ...packages, 'examples/demo', 'bench'], {
      cwd: root,
    })
  } finally {
    await rmdir(lock)
  }
}

async function takeLock(): Promise<void> {
  for (;;) {
    try {
      await mkdir(lock)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > staleAfterMs) await rmdir(lock).catch(() => undefined)
    else await wait(50)
  }
}
