/** Tiers on a real Redis: copies that cost no command, purges that everybody sees, and servers that go away. */
import { setTimeout as wait } from 'node:timers/promises'
import { isPromise, type Mark, type TieredBackend } from '@forebay/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { scope, store, valueOf } from '../tiers/entries.ts'
import { live, redisNodes } from '../tiers/redis-nodes.ts'
import { expectNoCommands } from './command-stats.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

let redis: RedisNode
let nodes: readonly TieredBackend[] = []

beforeAll(async () => {
  redis = await startRedisNode()
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  nodes = []
})

afterAll(() => redis.stop())

const started = async (count: number, on = redis): Promise<readonly [TieredBackend, ...TieredBackend[]]> => {
  nodes = await redisNodes(on, count)
  return nodes as unknown as [TieredBackend, ...TieredBackend[]]
}

const isNear = ({ entries }: TieredBackend, key: string): boolean => !isPromise(entries.get(scope, key))

/** Has it near on every node. */
const warm = async (key: string, value: string): Promise<void> => {
  const [first, ...others] = nodes as [TieredBackend, ...TieredBackend[]]
  const minute = first.clock.now() + 60_000
  await store(first, key, value, { staleAt: minute, deleteAt: minute })
  for (const node of [first, ...others]) {
    await until('a copy', async () => (await valueOf(node, key)) === value && isNear(node, key))
  }
}

describe('near hits', () => {
  it('cost no command at all', { timeout: 60_000 }, async () => {
    const [node] = await started(1)
    for (let key = 0; key < 100; key++) await warm(`key ${key}`, `value ${key}`)
    const keys = Array.from({ length: 100 }, (_, key) => `key ${key}`)
    await expectNoCommands(redis, 1, () => {
      for (let round = 0; round < 200; round++) {
        for (const key of keys) if (!isNear(node, key)) throw new Error(`${key} was asked for`)
        expect(isPromise(node.entries.getMany(scope, keys))).toBe(false)
      }
    })
    expect(node.entries.stats().nearHits).toBeGreaterThanOrEqual(40_000)
  })
})

const purges: readonly (readonly [string, (node: TieredBackend) => unknown])[] = [
  ['a key', ({ entries }) => entries.delete(scope, 'key')],
  ...(
    [{ type: 'label', label: 'tag' }, { type: 'prefix', prefix: '/path' }, { type: 'all' }] satisfies Mark[]
  ).map(
    (mark) =>
      [mark.type, ({ entries }: TieredBackend) => entries.mark(scope, [mark], { soft: false })] as const,
  ),
]

describe('what one node does', () => {
  it.each(purges)('is gone on all others: %s', async (_what, purge) => {
    const [first, ...others] = await started(3)
    await warm('key', 'old')
    await purge(first)
    expect(await valueOf(first, 'key')).toBeUndefined()
    for (const node of others)
      await until('the purge', async () => (await valueOf(node, 'key')) === undefined)
  })

  it('replaces the copies of all others', async () => {
    const [first, ...others] = await started(3)
    await warm('key', 'old')
    await store(first, 'key', 'new')
    expect(await valueOf(first, 'key')).toBe('new')
    for (const node of others) await until('the new one', async () => (await valueOf(node, 'key')) === 'new')
  })
})

describe('what happens while a node hears nothing', () => {
  it('is not missed: its connection to the bus was cut', async () => {
    const [first, second] = (await started(2)) as [TieredBackend, TieredBackend]
    await warm('key', 'old')
    await warm('rest', 'kept')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await first.entries.mark(scope, [{ type: 'label', label: 'no such tag' }], { soft: false })
    await first.entries.delete(scope, 'key')
    await until('the purge', async () => (await valueOf(second, 'key')) === undefined)
    expect(await valueOf(second, 'rest')).toBe('kept')
    await live(second)
    await until(
      'copies again',
      async () => (await valueOf(second, 'rest')) === 'kept' && isNear(second, 'rest'),
    )
    expect(await valueOf(second, 'key')).toBeUndefined()
  })

  it('is not missed: the server stood still', { timeout: 60_000 }, async () => {
    const [first, second] = (await started(2)) as [TieredBackend, TieredBackend]
    await warm('key', 'old')
    redis.pause()
    try {
      // A second after the last sign of life nothing is answered from memory any more.
      await until('copies out of use', () => !isNearNow(second))
      await expect(valueOf(second, 'key')).rejects.toThrow()
    } finally {
      redis.resume()
    }
    await until('the server', async () => (await first.health()).ok)
    await until('a purge', async () => {
      await first.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
      return true
    })
    await live(second)
    expect(await valueOf(second, 'key')).toBeUndefined()
  })
})

describe('a server that loses everything', () => {
  it(
    'takes the copies with it: nothing is answered that it does not know any more',
    { timeout: 60_000 },
    async () => {
      await using own = await startRedisNode()
      const [, second] = (await started(2, own)) as [TieredBackend, TieredBackend]
      await warm('key', 'old')
      await own.stop()
      await until('copies out of use', () => !isNearNow(second))
      await using _empty = await startRedisNode({ port: own.port })
      await until('the server', async () => (await second.health()).ok)
      await live(second)
      expect(await valueOf(second, 'key')).toBeUndefined()
    },
  )
})

/** Asks without leaving a question to the far tier that nobody waits for. */
function isNearNow(node: TieredBackend): boolean {
  const found = node.entries.get(scope, 'key')
  if (!isPromise(found)) return true
  found.catch(() => undefined)
  return false
}

describe('the time until a purge is seen', () => {
  it('is less than a second, however busy the machine', { timeout: 60_000 }, async () => {
    const [first, second] = (await started(2)) as [TieredBackend, TieredBackend]
    const late: number[] = []
    for (let round = 0; round < 20; round++) {
      await warm('key', `round ${round}`)
      await first.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
      const purgedAt = performance.now()
      for (;;) {
        const agoMs = performance.now() - purgedAt
        if ((await valueOf(second, 'key')) === undefined) break
        if (agoMs >= 1_000) late.push(agoMs)
        await wait(0)
      }
    }
    expect(late).toEqual([])
  })
})
