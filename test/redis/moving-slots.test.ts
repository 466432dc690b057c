/** Decisions on keys of a slot that is on its way: some of them have moved, some have not, some were never there. */
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisBackend } from '@forebay/redis'
import { KeyNames } from '../../packages/redis/src/limits/key-names.ts'
import { load, take } from './asking.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import type { RedisNode } from './redis-node.ts'
import { until } from './until.ts'

let cluster: RedisCluster

beforeAll(async () => {
  cluster = await startRedisCluster()
}, 30_000)

afterAll(() => cluster.stop())

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

async function ownerOf(slot: string): Promise<RedisNode> {
  for (const node of cluster.nodes) {
    if (!String(await node.command('CLUSTER', 'COUNTKEYSINSLOT', slot)).startsWith('0')) return node
  }
  throw new Error('nobody has the slot')
}

/** Begins to move a slot away; the function that is returned moves what is left of its keys and ends it. */
async function move(slot: string): Promise<{
  readonly from: RedisNode
  readonly to: RedisNode
  end(): Promise<void>
}> {
  const from = await ownerOf(slot)
  const to = cluster.nodes.find((node) => node !== from) ?? from
  const toId = String(await to.command('CLUSTER', 'MYID'))
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await from.command('CLUSTER', 'MYID')))
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
  return {
    from,
    to,
    async end() {
      // A ticket is a key of the slot as well, and a slot is not given away while any of its keys is there.
      for (;;) {
        const names = await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '100')
        if (!Array.isArray(names)) throw new Error(`not a list of keys: ${String(names)}`)
        if (names.length === 0) break
        await from.command(
          'MIGRATE',
          '127.0.0.1',
          `${to.port}`,
          '',
          '0',
          '5000',
          'KEYS',
          ...names.map(String),
        )
      }
      for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
    },
  }
}

const slotOf = async (name: string): Promise<string> =>
  String(await cluster.nodes[0]?.command('CLUSTER', 'KEYSLOT', name))

it('are made one by one, and counted once', { timeout: 20_000 }, async () => {
  const nodes = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`)
  await using backend = redisBackend({ cluster: nodes, timeout: '3s' })
  const { keys, names } = neighbours(5)
  const ask = (): Promise<number[]> => Promise.all(keys.map((key) => take(backend, key)))
  for (const key of keys.slice(0, 3)) expect(await take(backend, key)).toBe(99)
  const { from, to, end } = await move(await slotOf(names[0] ?? ''))
  await from.command('MIGRATE', '127.0.0.1', `${to.port}`, names[1] ?? '', '0', '5000')
  expect(await ask()).toEqual([98, 98, 98, 99, 99])
  expect(await ask()).toEqual([97, 97, 97, 98, 98])
  await end()
  expect(await ask()).toEqual([96, 96, 96, 97, 97])
})

it('resume through a Cluster that sends again, and are counted once', { timeout: 20_000 }, async () => {
  const given = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  const backend = redisBackend(given, { prefix: 'given:', timeout: '300ms' })
  await until('it to be well', async () => (await backend.health()).ok)
  const { text } = new KeyNames('given:').of('load', 'moving')
  const running = load(backend, 1_000_000, 'moving')
  await until('decisions', () => running.decided() > 50)
  const { end } = await move(await slotOf(text))
  await new Promise((resolve) => setTimeout(resolve, 500))
  await end()
  const before = running.decided()
  await until('decisions to resume', () => running.decided() > before + 50)
  const { admitted, failed, used } = await running.stop()
  expect(used).toBeGreaterThanOrEqual(admitted)
  expect(used).toBeLessThanOrEqual(admitted + failed)
  await backend.close()
  given.disconnect()
})
