/** A master, its replica, and three sentinels that watch over them. */
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

export interface RedisSentinels {
  readonly name: string
  readonly master: RedisNode
  readonly replica: RedisNode
  readonly sentinels: readonly RedisNode[]
  /** The port of the master, by the word of the first of the sentinels. */
  masterPort(): Promise<number>
  /** Until the first of the sentinels, too, names the replica: it may hear of the failover later than clients do. */
  failedOver(): Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const name = 'mymaster'

/** Ready when every sentinel knows the replica and the other sentinels: from then on a failover takes about 2 s. */
export async function startRedisSentinels(): Promise<RedisSentinels> {
  const master = await startRedisNode()
  const replica = await startRedisNode({ args: ['--save', '', '--replicaof', '127.0.0.1', `${master.port}`] })
  const config = `sentinel monitor ${name} 127.0.0.1 ${master.port} 2
sentinel down-after-milliseconds ${name} 500
sentinel failover-timeout ${name} 3000
`
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedisNode({ config, args: ['--sentinel'] })))
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels, replica, master].map((node) => node.stop()))
  }
  await until('the sentinels to find each other', async () => {
    const views = await Promise.all(sentinels.map((sentinel) => viewOf(sentinel)))
    return views.every((view) => view.get('num-other-sentinels') === '2' && view.get('num-slaves') === '1')
  })
  const masterPort = async (): Promise<number> => {
    const [first] = sentinels
    const address = await first?.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
    return Array.isArray(address) ? Number(address[1]) : Number.NaN
  }
  return {
    name,
    master,
    replica,
    sentinels,
    masterPort,
    failedOver: () =>
      until('the replica to be the master', async () => (await masterPort()) === replica.port),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function viewOf(sentinel: RedisNode): Promise<Map<string, string>> {
  const facts = (await sentinel.command('SENTINEL', 'MASTER', name)) as readonly string[]
  const view = new Map<string, string>()
  for (let index = 0; index + 1 < facts.length; index += 2)
    view.set(facts[index] ?? '', facts[index + 1] ?? '')
  return view
}
