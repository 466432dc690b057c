/** Several nodes of an app on one Redis, for suites of a part that needs no time of its own. */
import { setTimeout as wait } from 'node:timers/promises'
import type { RunningBackend } from '@forebay/testing'
import { redisBackend, type RedisBackend, type RedisClient, type RedisOptions } from '@forebay/redis'

let started = 0

const silent = { warn: () => undefined, error: () => undefined }

/** A prefix that no other test has. */
export function ownPrefix(): string {
  return `test${process.pid}-${++started}:`
}

/** Two backends of one prefix, whose time is the server's. */
export function twoNodes(where: RedisOptions | RedisClient): RunningBackend {
  const prefix = ownPrefix()
  const open = (): RedisBackend =>
    'callBuffer' in where
      ? redisBackend(where, { prefix, logger: silent, timeout: '5s' })
      : redisBackend({ logger: silent, timeout: '5s', ...where, prefix })
  const nodes = [open(), open()] as const
  return {
    backend: nodes[0],
    neighbour: nodes[1],
    advance: async (ms) => {
      await wait(ms)
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}
