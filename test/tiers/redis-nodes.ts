/** Nodes with near memory on one Redis, each a process of its own as far as Redis can tell. */
import { memoryBackend, tieredBackend, type TieredBackend } from '@forebay/core'
import { redisBackend, type RedisOptions } from '@forebay/redis'
import type { RedisNode } from '../redis/redis-node.ts'
import { ownPrefix } from '../redis/shared-backends.ts'
import { until } from '../redis/until.ts'
import { scopeNamed } from './scope.ts'

const silent = { warn: () => undefined, error: () => undefined }

const any = scopeNamed('any')

/** Ready when each of them uses its copies. */
export function redisNodes({ port }: RedisNode, count: number): Promise<TieredBackend[]> {
  return tieredNodes({ url: `redis://127.0.0.1:${port}` }, count)
}

/** The same wherever Redis is. */
export async function tieredNodes(where: RedisOptions, count: number): Promise<TieredBackend[]> {
  const prefix = ownPrefix()
  const nodes = Array.from({ length: count }, () =>
    tieredBackend({
      near: memoryBackend(),
      // A busy machine is slow now and then.
      far: redisBackend({ ...where, prefix, logger: silent, timeout: '3s' }),
    }),
  )
  await Promise.all(nodes.map(live))
  return nodes
}

/** Waits until the node uses its copies. */
export async function live(node: TieredBackend): Promise<void> {
  await until('copies to be in use', async () => {
    await node.entries.get(any, 'key')
    return (await node.health()).detail.includes('copies, in use')
  })
}
