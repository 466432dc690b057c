/** Where a real `redis-server` is: named, installed, or fetched. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installRedisServer } from './install-redis-server.ts'
import type { RedisBinary } from './redis-binary.ts'

const names = ['redis-server', 'valkey-server']

/**
 * `REDIS_SERVER_BIN`, then `redis-server` or `valkey-server` on the PATH, then one that is installed now.
 * @throws Error with a sentence that says what to install.
 */
export function findRedisServer(environment: NodeJS.ProcessEnv = process.env): RedisBinary {
  const named = environment['REDIS_SERVER_BIN']
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { path: named, libraryPath: '' }
    throw new Error(`REDIS_SERVER_BIN: ${named} is not a program that can be run.`)
  }
  const path = onPath(environment['PATH'] ?? '')
  return path === undefined ? installRedisServer(() => onPath('/usr/bin')) : { path, libraryPath: '' }
}

function onPath(path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    for (const name of names) if (isExecutable(join(folder, name))) return join(folder, name)
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
