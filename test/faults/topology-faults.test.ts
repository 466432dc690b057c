/** Sentinels that make another server the master, and a Cluster that loses a node or moves its slots. */
import { test } from 'vitest'
import { redisBackend } from '@forebay/redis'
import { expressHarnesses } from '../harness/express.ts'
import { moveSlot, startRedisCluster } from '../redis/redis-cluster.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { startRedisSentinels } from '../redis/redis-sentinels.ts'
import { until } from '../redis/until.ts'
import { lasting, quiet, suffer, type Scene } from './fault.ts'

const [express] = expressHarnesses
const slow = 120_000

const isMaster = async (node: RedisNode): Promise<boolean> =>
  String(await node.command('INFO', 'replication')).includes('role:master')

/** The one that is left becomes the master some time after the other is gone. */
async function sentinels(): Promise<Scene> {
  const servers = await startRedisSentinels()
  return {
    backend: redisBackend({
      sentinels: servers.sentinels.map(({ port }) => `127.0.0.1:${port}`),
      name: servers.name,
      logger: quiet,
    }),
    hurt: () => servers.master.kill(),
    mend: () => {},
    answers: async () =>
      (await servers.masterPort()) === servers.replica.port && (await isMaster(servers.replica)),
    stop: () => servers.stop(),
  }
}

/** Three masters, and a replica of the first that takes its place. */
async function clusterThatLosesANode(): Promise<Scene> {
  const cluster = await startRedisCluster()
  const [first, second] = cluster.nodes as [RedisNode, RedisNode]
  const args = ['--save', '', '--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']
  const replica = await startRedisNode({ args })
  await Promise.all(
    cluster.nodes.map((node) => node.command('CONFIG', 'SET', 'cluster-node-timeout', '1000')),
  )
  await replica.command('CLUSTER', 'MEET', '127.0.0.1', `${first.port}`)
  const id = String(await first.command('CLUSTER', 'MYID'))
  await until('the replica to know its master', async () => {
    return String(await replica.command('CLUSTER', 'NODES')).includes(id)
  })
  await replica.command('CLUSTER', 'REPLICATE', id)
  await until('the replica to follow', async () => {
    const known = String(await second.command('CLUSTER', 'NODES'))
    return (
      /slave/.test(known) &&
      /master_link_status:up/.test(String(await replica.command('INFO', 'replication')))
    )
  })
  return {
    backend: redisBackend({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`), logger: quiet }),
    hurt: () => first.kill(),
    mend: () => {},
    answers: async () =>
      (await isMaster(replica)) && /cluster_state:ok/.test(String(await second.command('CLUSTER', 'INFO'))),
    stop: async () => {
      await replica.stop()
      await cluster.stop()
    },
  }
}

/** Slots of the first master go to the second, keys and all, one after the other. */
async function clusterThatMoves(slots: number): Promise<Scene> {
  const cluster = await startRedisCluster()
  const [from, to] = cluster.nodes as [RedisNode, RedisNode]
  return {
    backend: redisBackend({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`), logger: quiet }),
    hurt: async () => {
      const toId = String(await to.command('CLUSTER', 'MYID'))
      for (const slot of await usedSlots(from, slots)) {
        const { end } = await moveSlot(slot, from, to)
        await end()
        await cluster.nodes[2]?.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
      }
    },
    mend: () => {},
    answers: async () => /cluster_state:ok/.test(String(await to.command('CLUSTER', 'INFO'))),
    stop: () => cluster.stop(),
  }
}

/** Slots that hold keys. */
async function usedSlots(node: RedisNode, most: number): Promise<string[]> {
  const used: string[] = []
  for (let slot = 0; slot <= 5_460 && used.length < most; slot++) {
    if (Number(await node.command('CLUSTER', 'COUNTKEYSINSLOT', `${slot}`)) > 0) used.push(`${slot}`)
  }
  return used
}

test('a failover by Sentinels', { timeout: slow }, () =>
  suffer({
    name: 'Sentinel failover (master killed)',
    harness: express!,
    lastsMs: lasting(1_000, 300),
    quotas: 3,
    scene: sentinels,
  }),
)

test('a Cluster whose master is killed', { timeout: slow }, () =>
  suffer({
    name: 'Cluster: a master killed, its replica takes over',
    harness: express!,
    lastsMs: lasting(1_000, 300),
    quotas: 3,
    scene: clusterThatLosesANode,
  }),
)

test('a Cluster whose slots move', { timeout: slow }, () =>
  suffer({
    name: 'Cluster: slots move to another node',
    harness: express!,
    lastsMs: lasting(1_000, 300),
    breaks: false,
    scene: () => clusterThatMoves(lasting(200, 30)),
  }),
)
