/** Decisions on keys of a slot that is on its way: some of them have moved, some have not, some were never there. */
import { Cluster } from 'ioredis'
import { expect, it } from 'vitest'
import { redisBackend } from '@forebay/redis'
import { KeyNames } from '../../packages/redis/src/limits/key-names.ts'
import { load, take } from './asking.ts'
import { moveSlot, ownerOf, startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import type { RedisNode } from './redis-node.ts'
import { until } from './until.ts'

/** So many keys of one slot. */
function neighbours(count: number): { readonly keys: readonly string[]; readonly names: readonly string[] } {
  const names = new KeyNames('forebay:')
  const { tag } = names.of('test', 'k0')
  const keys: string[] = []
  for (let index = 0; keys.length < count; index++) {
    if (names.of('test', `k${index}`).tag === tag) keys.push(`k${index}`)
  }
  return { keys, names: keys.map((key) => names.of('test', key).text) }
}

/** Begins to move the slot of that name from who has it to somebody else. */
async function move(
  name: string,
  cluster: RedisCluster,
): Promise<{ readonly from: RedisNode; readonly to: RedisNode; end(): Promise<void> }> {
  const slot = String(await cluster.nodes[0]?.command('CLUSTER', 'KEYSLOT', name))
  const from = await ownerOf(slot, cluster)
  const to = cluster.nodes.find((node) => node !== from) ?? from
  return { from, to, ...(await moveSlot(slot, from, to)) }
}

it('are made one by one, and counted once', async () => {
  await using cluster = await startRedisCluster()
  const nodes = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`)
  await using backend = redisBackend({ cluster: nodes, timeout: '5s' })
  const { keys, names } = neighbours(5)
  const ask = (): Promise<number[]> => Promise.all(keys.map((key) => take(backend, key)))
  for (const key of keys.slice(0, 3)) expect(await take(backend, key)).toBe(99)
  const { from, to, end } = await move(names[0] ?? '', cluster)
  await from.command('MIGRATE', '127.0.0.1', `${to.port}`, names[1] ?? '', '0', '15000')
  expect(await ask()).toEqual([98, 98, 98, 99, 99])
  expect(await ask()).toEqual([97, 97, 97, 98, 98])
  await end()
  expect(await ask()).toEqual([96, 96, 96, 97, 97])
})

it('resume through a Cluster that sends again, and are counted once', async () => {
  await using cluster = await startRedisCluster()
  const given = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  given.on('error', () => undefined)
  try {
    await using backend = redisBackend(given, { prefix: 'given:', timeout: '300ms' })
    await until('it to be well', async () => (await backend.health()).ok)
    const { text } = new KeyNames('given:').of('load', 'moving')
    const running = load(backend, 1_000_000, 'moving')
    await until('decisions', () => running.decided() > 50)
    const { end } = await move(text, cluster)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await end()
    const before = running.decided()
    await until('decisions to resume', () => running.decided() > before + 50)
    const { admitted, failed, used } = await running.stop()
    expect(used).toBeGreaterThanOrEqual(admitted)
    expect(used).toBeLessThanOrEqual(admitted + failed)
  } finally {
    given.disconnect()
  }
})
