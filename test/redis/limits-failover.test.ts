/** Masters that are lost and slots that move: what was counted stays counted, and decisions resume by themselves. */
import { describe, expect, it } from 'vitest'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { KeyNames } from '../../packages/redis/src/limits/key-names.ts'
import { load, take } from './asking.ts'
import { moveSlot, ownerOf, startRedisCluster } from './redis-cluster.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { startRedisSentinels } from './redis-sentinels.ts'
import { until } from './until.ts'

const at = ({ port }: { readonly port: number }): string => `127.0.0.1:${port}`

/** Until Redis answers; what was not answered was not counted. */
async function takeInTheEnd(backend: RedisBackend, key: string): Promise<number> {
  let remaining = Number.NaN
  await until(`a decision on ${key}`, async () => {
    remaining = await take(backend, key)
    return true
  })
  return remaining
}

async function offsetOf(node: RedisNode): Promise<string | undefined> {
  return /master_repl_offset:(\d+)/.exec(String(await node.command('INFO', 'replication')))?.[1]
}

const inStep = (master: RedisNode, replica: RedisNode): Promise<void> =>
  until('the replica to be in step', async () => (await offsetOf(master)) === (await offsetOf(replica)))

describe.concurrent('decisions resume', () => {
  it('on the replica that Sentinels promote', { timeout: 60_000 }, async () => {
    await using group = await startRedisSentinels()
    await using backend = redisBackend({
      sentinels: group.sentinels.map(at),
      name: group.name,
      timeout: '2s',
    })
    expect([await take(backend, 'a'), await take(backend, 'a')]).toEqual([99, 98])
    await inStep(group.master, group.replica)
    await group.master.kill()
    await expect(take(backend, 'a')).rejects.toThrow()
    expect(await takeInTheEnd(backend, 'a')).toBe(97)
    await group.failedOver()
    expect(await backend.health()).toMatchObject({ ok: true })
  })

  it('when a Sentinel is lost, and when all but one are', { timeout: 60_000 }, async () => {
    await using group = await startRedisSentinels()
    const [one, other, last] = group.sentinels
    await one?.kill()
    await other?.kill()
    await using backend = redisBackend({
      sentinels: group.sentinels.map(at),
      name: group.name,
      timeout: '2s',
    })
    expect(await takeInTheEnd(backend, 'a')).toBe(99)
    await last?.kill()
    expect(await take(backend, 'a')).toBe(98)
  })

  it('on the replica of a Cluster master that is killed', { timeout: 60_000 }, async () => {
    await using cluster = await startRedisCluster()
    await using replica = await startRedisNode({ args: ['--save', '', '--cluster-enabled', 'yes'] })
    const [master] = cluster.nodes as [RedisNode]
    await replica.command('CLUSTER', 'MEET', '127.0.0.1', String(master.port))
    const id = String(await master.command('CLUSTER', 'MYID'))
    await until('the replica', async () => (await replica.command('CLUSTER', 'REPLICATE', id)) === 'OK')
    for (const node of [...cluster.nodes, replica])
      await node.command('CONFIG', 'SET', 'cluster-node-timeout', '500')
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`)
    await using backend = redisBackend({ cluster: cluster.nodes.map(at), timeout: '2s' })
    for (const key of keys) expect(await take(backend, key)).toBe(99)
    await until('the replica to have them', async () =>
      String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    )
    await inStep(master, replica)
    await master.kill()
    const left: number[] = []
    for (const key of keys) left.push(await takeInTheEnd(backend, key))
    expect(left).toEqual(keys.map(() => 98))
    await until('health', async () => (await backend.health()).ok)
  })

  it('wherever a slot moves, without a pause', { timeout: 60_000 }, async () => {
    await using cluster = await startRedisCluster()
    await using backend = redisBackend({ cluster: cluster.nodes.map(at), timeout: '2s' })
    const names = new KeyNames('forebay:')
    const name = names.of('load', 'moving')
    const slot = String(await cluster.nodes[0]?.command('CLUSTER', 'KEYSLOT', name.text))
    const running = load(backend, 1_000_000, 'moving')
    await until('decisions', () => running.decided() > 100)
    // Once around: away, and away again.
    for (let turn = 0; turn < 2; turn++) {
      const from = await ownerOf(slot, cluster)
      const { end } = await moveSlot(slot, from, cluster.nodes.find((node) => node !== from) ?? from)
      await end()
      const before = running.decided()
      await until('decisions to go on', () => running.decided() > before + 100)
    }
    const { admitted, failed, used } = await running.stop()
    expect(used).toBeGreaterThanOrEqual(admitted)
    expect(used).toBeLessThanOrEqual(admitted + failed)
  })
})
