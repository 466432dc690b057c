/** Whatever Redis loses, nothing that was purged comes back. */
import { beforeEach, afterEach, describe, expect, it } from 'vitest'
import { entryNodes, hard, tag, type EntryNodes, type EntryStore } from '../redis/entry-nodes.ts'
import { ownRedis } from '../redis/own-redis.ts'
import { startRedisNode } from '../redis/redis-node.ts'
import { EntryNames } from '../../packages/redis/src/entries/entry-names.ts'

const server = ownRedis()
let nodes: EntryNodes
let names: EntryNames
/** Knows every mark; makes the entries. */
let knowing: EntryStore

beforeEach(() => {
  nodes = entryNodes(server.url)
  names = new EntryNames(nodes.prefix, nodes.scope.name)
  knowing = nodes.start()
})

afterEach(() => nodes.stop())

const get = (by: EntryStore, key: string): ReturnType<EntryStore['get']> => by.get(nodes.scope, key)

/** Everything that is lost at once. */
const losses: readonly (readonly [what: string, lose: () => Promise<unknown>])[] = [
  ['everything (FLUSHALL)', () => server.redis.flushall()],
  ['its scripts (SCRIPT FLUSH)', () => server.redis.script('FLUSH')],
  ['the head of the marks', () => server.redis.del(names.head)],
  ['the marks', () => server.redis.del(names.marks)],
  ['the marks and their head', () => server.redis.del(names.head, names.marks)],
  ['some of the marks', () => server.redis.zremrangebyrank(names.marks, 0, 0)],
  ['the head to garbage', () => server.redis.set(names.head, 'garbage')],
  ['the head to another type', () => server.redis.multi().del(names.head).lpush(names.head, 'x').exec()],
  ['the marks to another type', () => server.redis.multi().del(names.marks).set(names.marks, 'x').exec()],
]

describe.each(losses)('when Redis loses %s', (_what, lose) => {
  it('a purged entry stays purged, on every node', async () => {
    await knowing.set(nodes.scope, 'purged', await nodes.make(knowing))
    const stored = await server.redis.getBuffer(names.entry('purged'))
    await knowing.mark(nodes.scope, tag, hard)
    nodes.clock.advance(1)
    await lose()
    // As it would be where the loss spared it.
    await server.redis.set(names.entry('purged'), stored ?? '')
    expect(await get(nodes.start(), 'purged')).toBeUndefined()
    expect(await get(knowing, 'purged')).toBeUndefined()
    expect(await get(nodes.start(), 'purged')).toBeUndefined()
  })

  it('what was in the making when it was purged is not stored, on every node', async () => {
    const begun = await nodes.make(knowing)
    await knowing.mark(nodes.scope, tag, hard)
    nodes.clock.advance(1)
    await lose()
    for (const node of [nodes.start(), knowing, nodes.start()]) {
      expect(await node.set(nodes.scope, 'key', begun)).toBe(false)
      expect(await get(node, 'key')).toBeUndefined()
    }
  })

  it('what is made afterwards is stored and found, on every node', async () => {
    await knowing.set(nodes.scope, 'key', await nodes.make(knowing))
    await knowing.mark(nodes.scope, tag, hard)
    nodes.clock.advance(1)
    await lose()
    const [one, other] = [nodes.start(), nodes.start()]
    await get(one, 'key')
    const made = await nodes.make(knowing)
    expect(await knowing.set(nodes.scope, 'key', made)).toBe(true)
    for (const node of [knowing, one, other]) expect((await get(node, 'key'))?.entry).toEqual(made)
    expect(nodes.undecodable).toEqual([])
  })
})

describe('after a failover to a replica that missed the last mark', () => {
  /** What the replica had, and has to say now. */
  const behind = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    const keys = [names.head, names.marks]
    const dumps = await Promise.all(keys.map((key) => server.redis.dumpBuffer(key)))
    await meanwhile()
    for (const [index, key] of keys.entries()) {
      const dump = dumps[index]
      if (dump) await server.redis.restore(key, 60_000, dump, 'REPLACE')
      else await server.redis.del(key)
    }
  }

  it('a node that knows the mark does not bring back what it purged, and tells the others', async () => {
    await knowing.mark(nodes.scope, [{ type: 'label', label: 'other' }], hard)
    await knowing.set(nodes.scope, 'purged', await nodes.make(knowing))
    await behind(() => knowing.mark(nodes.scope, tag, hard))
    expect(await get(knowing, 'purged')).toBeUndefined()
    expect(await get(nodes.start(), 'purged')).toBeUndefined()
  })

  it('a node that heard of the mark by reading does not either', async () => {
    const reader = nodes.start()
    await knowing.set(nodes.scope, 'purged', await nodes.make(knowing))
    await knowing.set(nodes.scope, 'other', await nodes.make(knowing, { labels: [] }))
    await behind(async () => {
      await knowing.mark(nodes.scope, tag, hard)
      expect(await get(reader, 'other')).toBeDefined()
    })
    expect(await get(reader, 'purged')).toBeUndefined()
  })

  it('stores nothing that was begun before the mark, and everything that is begun after it', async () => {
    const begun = await nodes.make(knowing)
    await behind(() => knowing.mark(nodes.scope, tag, hard))
    expect(await knowing.set(nodes.scope, 'key', begun)).toBe(false)
    const other = nodes.start()
    expect(await other.set(nodes.scope, 'key', await nodes.make(other))).toBe(true)
    expect(await get(knowing, 'key')).toBeDefined()
  })

  it('keeps what is there when only stamps were missed', async () => {
    await knowing.set(nodes.scope, 'kept', await nodes.make(knowing))
    let last = 0
    await behind(async () => {
      for (let time = 0; time < 10; time++) last = await knowing.stamp(nodes.scope)
    })
    expect(await get(knowing, 'kept')).toBeDefined()
    // And gives none of them out again, as long as anybody knows.
    expect(await knowing.stamp(nodes.scope)).toBeGreaterThan(last)
    expect(await get(nodes.start(), 'kept')).toBeDefined()
  })
})

it('a server that comes back empty stores nothing that was begun before a purge', async () => {
  const own = await startRedisNode()
  const apart = entryNodes(`redis://127.0.0.1:${own.port}`)
  const [one, other] = [apart.start(), apart.start()]
  const begun = await apart.make(one)
  await one.mark(apart.scope, tag, hard)
  await own.kill()
  const again = await startRedisNode({ port: own.port })
  apart.clock.advance(1)
  await expect.poll(() => one.stamp(apart.scope).catch(() => 0), { timeout: 10_000 }).toBeGreaterThan(0)
  await expect.poll(() => other.stamp(apart.scope).catch(() => 0), { timeout: 10_000 }).toBeGreaterThan(0)
  for (const node of [one, other, apart.start()]) {
    expect(await node.set(apart.scope, 'key', begun)).toBe(false)
    expect(await node.get(apart.scope, 'key')).toBeUndefined()
  }
  await apart.stop()
  await again.stop()
  await own.stop()
})
