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

/** A slot on its way from one node to another: some of its keys have moved, some have not. */
export interface MovingSlot {
  /** Moves what is left of its keys, and gives it away. */
  end(): Promise<void>
}

/** Begins to move a slot away, as a resharding tool does it. */
export async function moveSlot(slot: string, from: RedisNode, to: RedisNode): Promise<MovingSlot> {
  const [fromId, toId] = [
    String(await from.command('CLUSTER', 'MYID')),
    String(await to.command('CLUSTER', 'MYID')),
  ]
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
  return {
    async end() {
      // A slot is not given away while any of its keys is there, whoever wrote it and whenever.
      for (;;) {
        const names = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as readonly string[]
        if (names.length === 0) break
        const keys = names.map(String)
        await from.command('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '15000', 'KEYS', ...keys)
      }
      for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
    },
  }
}

/** The node that has keys of that slot. */
export async function ownerOf(slot: string, { nodes }: RedisCluster): Promise<RedisNode> {
  for (const node of nodes) {
    if (!String(await node.command('CLUSTER', 'COUNTKEYSINSLOT', slot)).startsWith('0')) return node
  }
  throw new Error('nobody has the slot')
}
