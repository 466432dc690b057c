/** Finds or installs the Redis server once per test run; tests ask for it with `inject('redisServer')`. */
import type { TestProject } from 'vitest/node'
import { findRedisServer } from './find-redis-server.ts'
import type { RedisBinary } from './redis-binary.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server program, or the sentence that says why there is none. */
    redisServer: RedisBinary | string
  }
}

/** Never fails: a machine without Redis still runs every test that needs none. */
export default function setup(project: TestProject): void {
  let found: RedisBinary | string
  try {
    found = findRedisServer()
  } catch (error) {
    found = error instanceof Error ? error.message : String(error)
  }
  project.provide('redisServer', found)
}
