/** Tiers where Redis is several servers: in a Cluster, and when another server takes over. */
import { isPromise, type TieredBackend } from '@forebay/core'
import { describe, expect, it } from 'vitest'
import { scope, store, valueOf } from '../tiers/entries.ts'
import { live, tieredNodes } from '../tiers/redis-nodes.ts'
import { startRedisCluster } from './redis-cluster.ts'
import { startRedisSentinels } from './redis-sentinels.ts'
import { until } from './until.ts'

const isNear = (node: TieredBackend): boolean => {
  const found = node.entries.get(scope, 'key')
  if (!isPromise(found)) return true
  found.catch(() => undefined)
  return false
}

async function warm(one: TieredBackend, other: TieredBackend, value: string): Promise<void> {
  const minute = one.clock.now() + 60_000
  await store(one, 'key', value, { staleAt: minute, deleteAt: minute })
  for (const node of [one, other]) {
    await until('a copy', async () => (await valueOf(node, 'key')) === value && isNear(node))
  }
}

/** A purge by one, seen by the other, and a new value after it. */
async function expectCoherent(one: TieredBackend, other: TieredBackend): Promise<void> {
  await warm(one, other, 'old')
  await one.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
  await until('the purge', async () => (await valueOf(other, 'key')) === undefined)
  await warm(other, one, 'new')
}

describe.concurrent('tiers', () => {
  it('are coherent in a Cluster', { timeout: 60_000 }, async () => {
    await using cluster = await startRedisCluster()
    const where = { cluster: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) }
    const [one, other] = (await tieredNodes(where, 2)) as [TieredBackend, TieredBackend]
    await using _ = one
    await using __ = other
    await expectCoherent(one, other)
  })

  it('give up their copies in a failover, and are coherent after it', { timeout: 60_000 }, async () => {
    await using group = await startRedisSentinels()
    const where = { sentinels: group.sentinels.map(({ port }) => `127.0.0.1:${port}`), name: group.name }
    const [one, other] = (await tieredNodes(where, 2)) as [TieredBackend, TieredBackend]
    await using _ = one
    await using __ = other
    await expectCoherent(one, other)
    const gaps = other.entries.stats().gaps
    await group.master.kill()
    await until('copies out of use', () => !isNear(other))
    await group.failedOver()
    await until('its health', async () => (await one.health()).ok && (await other.health()).ok)
    await Promise.all([live(one), live(other)])
    expect(other.entries.stats().gaps).toBeGreaterThan(gaps)
    await expectCoherent(one, other)
  })
})
