/** A Redis Cluster of three masters. */
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

export interface RedisCluster {
  readonly nodes: readonly RedisNode[]
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** First and last slot of each master. */
const slots = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const

/** Ready when every node says that the cluster is whole. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const args = ['--save', '', '--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']
  const nodes = await Promise.all(slots.map(() => startRedisNode({ args })))
  const [first] = nodes
  for (const [index, node] of nodes.entries()) {
    await node.command('CLUSTER', 'ADDSLOTSRANGE', ...(slots[index] ?? []).map(String))
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
    if (node !== first) await first?.command('CLUSTER', 'MEET', '127.0.0.1', `${node.port}`)
  }
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  const isWhole = async (): Promise<boolean> => {
    const states = await Promise.all(nodes.map((node) => node.command('CLUSTER', 'INFO')))
    return states.every((state) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(state)))
  }
  await until('the cluster to be whole', isWhole, 30_000)
  return { nodes, stop, [Symbol.asyncDispose]: stop }
}
