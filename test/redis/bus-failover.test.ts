/** The bus when another server takes over: its connection follows, and whoever listens is told of the gap. */
import { Cluster } from 'ioredis'
import { Cluster as Cluster6 } from 'ioredis6'
import { describe, expect, it } from 'vitest'
import { redisBackend, type RedisBackend, type RedisClient, type RedisOptions } from '@forebay/redis'
import { listenTo, standing, untilHeard, type Heard } from './bus-listener.ts'
import { rawCommand } from './raw-command.ts'
import { moveSlot, startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import { startRedisSentinels } from './redis-sentinels.ts'
import { until } from './until.ts'

const silent = { warn: () => undefined, error: () => undefined }
const topic = 'topic'

function twoOn(options: RedisOptions): readonly [RedisBackend, RedisBackend] {
  const open = (): RedisBackend => redisBackend({ ...options, logger: silent })
  return [open(), open()]
}

/** Whoever listens on the second, once a message of the first was heard. */
async function hearing(here: RedisBackend, there: RedisBackend): Promise<Heard> {
  const heard = listenTo(there.bus, topic)
  await standing(there.bus, topic)
  await here.bus.publish(topic, 'before')
  await until('a message', () => heard.messages.length === 1)
  return heard
}

describe.concurrent('the bus follows', () => {
  it('the master that the Sentinels agree on', { timeout: 60_000 }, async () => {
    await using group = await startRedisSentinels()
    const sentinels = group.sentinels.map(({ port }) => `127.0.0.1:${port}`)
    const [here, there] = twoOn({ sentinels, name: group.name })
    await using _ = here
    await using __ = there
    const heard = await hearing(here, there)
    const gaps = heard.gaps()
    await group.master.kill()
    await until('a gap', () => heard.gaps() > gaps)
    await untilHeard(here.bus, heard, topic)
    await group.failedOver()
  })

  it('its slot to another node of a Cluster', { timeout: 60_000 }, async ({ expect: told }) => {
    await using cluster = await startRedisCluster()
    const [here, there] = twoOn({ cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) })
    await using _ = here
    await using __ = there
    const heard = await hearing(here, there)
    const gaps = heard.gaps()
    await moveBusSlot(cluster)
    await until('a gap', () => heard.gaps() > gaps)
    await untilHeard(here.bus, heard, topic)
    await standing(there.bus, topic)
    // Told on the channel of the slot's node alone, and to whoever publishes to all.
    const [, second] = cluster.nodes
    told(await rawCommand(second?.port ?? 0, ['SPUBLISH', 'forebay:{bus}:topic', 'sharded'])).toBe(1)
    await rawCommand(cluster.nodes[2]?.port ?? 0, ['PUBLISH', 'forebay:{bus}:topic', 'to all'])
    await until('both', () => heard.messages.includes('sharded') && heard.messages.includes('to all'))
  })
})

const clusters: readonly [string, (node: { port: number }) => RedisClient][] = [
  ['ioredis 5', (node) => new Cluster([node])],
  ['ioredis 6', (node) => new Cluster6([node])],
]

describe.concurrent('the bus on a Cluster of somebody else', () => {
  it.each(clusters)('made with %s', { timeout: 60_000 }, async (_, make) => {
    await using cluster = await startRedisCluster()
    const port = cluster.nodes[2]?.port ?? 0
    const client = make({ port })
    await using backend = redisBackend(client, { logger: silent })
    await using other = redisBackend({ cluster: [`127.0.0.1:${port}`], logger: silent })
    const [heard, elsewhere] = [listenTo(backend.bus, topic), listenTo(other.bus, topic)]
    await Promise.all([standing(backend.bus, topic), standing(other.bus, topic)])
    await Promise.all([
      other.bus.publish(topic, 'from the other'),
      backend.bus.publish(topic, 'from this one'),
    ])
    await until('both', () => heard.messages.length + elsewhere.messages.length === 2)
    await backend.close()
    expect(String(await client.callBuffer('PING', []))).toBe('PONG')
    client.disconnect()
  })
})

/** From the first node to the second, as a resharding tool does it. */
async function moveBusSlot({ nodes }: RedisCluster): Promise<void> {
  const [from, to, other] = nodes
  if (from === undefined || to === undefined || other === undefined) throw new Error('no three nodes')
  const slot = String(await from.command('CLUSTER', 'KEYSLOT', 'forebay:{bus}:topic'))
  const { end } = await moveSlot(slot, from, to)
  await end()
  await other.command('CLUSTER', 'SETSLOT', slot, 'NODE', String(await to.command('CLUSTER', 'MYID')))
}
