/** Entries in Redis: how often it is asked, what becomes of what stands there, and how many marks there may be. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mark } from '@forebay/core'
import { EntryNames } from '../../packages/redis/src/entries/entry-names.ts'
import { entryNodes, hard, tag, type EntryNodes, type EntryStore } from '../redis/entry-nodes.ts'
import { ownRedis } from '../redis/own-redis.ts'

const server = ownRedis()
let nodes: EntryNodes
let names: EntryNames
let node: EntryStore

beforeEach(() => {
  nodes = entryNodes(server.url)
  names = new EntryNames(nodes.prefix, nodes.scope.name)
  node = nodes.start()
})

afterEach(() => nodes.stop())

const set = async (key: string, given: Parameters<EntryNodes['make']>[1] = {}): Promise<boolean> =>
  node.set(nodes.scope, key, await nodes.make(node, given))

describe('commands', () => {
  /** How often the server was asked by a command of its own, scripts counted once. */
  const commandsOf = async (action: () => Promise<unknown>): Promise<Record<string, number>> => {
    await server.redis.config('RESETSTAT')
    await action()
    const stats = await server.redis.info('commandstats')
    const asked = [...stats.matchAll(/cmdstat_(mget|get|evalsha|eval|time|exists):calls=(\d+)/g)]
    return Object.fromEntries(asked.map(([, name, calls]) => [name, Number(calls)]))
  }
  const get = (key: string): Promise<unknown> => Promise.resolve(node.get(nodes.scope, key))

  beforeEach(async () => {
    await set('key')
    await get('key')
  })

  it('is one per hit, and one per miss', async () => {
    expect(await commandsOf(() => get('key'))).toEqual({ mget: 1 })
    expect(await commandsOf(() => get('none'))).toEqual({ mget: 1 })
  })

  it('is one for all that is read in a tick', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`)
    expect(await commandsOf(() => Promise.all(keys.map(get)))).toEqual({ mget: 1 })
    expect(await commandsOf(async () => node.getMany(nodes.scope, keys))).toEqual({ mget: 1 })
    const many = Array.from({ length: 200 }, (_, index) => `key ${index}`)
    expect(await commandsOf(async () => node.getMany(nodes.scope, many))).toEqual({ mget: 4 })
  })

  it('are more where values are large, so that none keeps Redis busy for long', async () => {
    const value = 'x'.repeat(500_000)
    const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`)
    for (const key of keys) await set(key, { value })
    for (let time = 0; time < 5; time++) await node.getMany(nodes.scope, keys)
    const { mget } = await commandsOf(async () => node.getMany(nodes.scope, keys))
    expect(mget).toBeGreaterThanOrEqual(7)
    expect(mget).toBeLessThanOrEqual(20)
  })

  it('are as few for what writes: the marks are read beside it', async () => {
    const made = await nodes.make(node)
    const times = { staleAt: made.staleAt, deleteAt: made.deleteAt }
    const writing = { evalsha: 1, mget: 1 }
    // The commands of a script are counted as well: the scripts themselves are what is looked at.
    const asked = async (action: () => unknown): Promise<Record<string, number>> => {
      const { evalsha, mget } = await commandsOf(async () => action())
      return { evalsha: evalsha ?? 0, mget: mget ?? 0 }
    }
    expect(await asked(() => node.set(nodes.scope, 'other', made))).toEqual(writing)
    expect(await asked(() => node.touch(nodes.scope, 'other', times))).toEqual(writing)
    expect(await asked(() => node.delete(nodes.scope, 'other'))).toEqual(writing)
    expect(await asked(() => node.stamp(nodes.scope))).toEqual({ evalsha: 1, mget: 0 })
    let stamps: number[] = []
    const takeMany = async (): Promise<void> => {
      stamps = await Promise.all(Array.from({ length: 50 }, () => node.stamp(nodes.scope)))
    }
    expect(await asked(takeMany)).toEqual({ evalsha: 1, mget: 0 })
    expect(new Set([...stamps, await nodes.start().stamp(nodes.scope)]).size).toBe(51)
    expect(await node.stamp(nodes.scope)).toBeGreaterThan(Math.max(...stamps))
    expect(await asked(() => node.mark(nodes.scope, tag, hard))).toEqual({ evalsha: 1, mget: 0 })
  })

  it('are one more, once, for a node that has not heard of a mark', async () => {
    await set('kept', { labels: [] })
    await nodes.start().mark(nodes.scope, tag, hard)
    const first = await commandsOf(() => Promise.all([get('key'), get('kept'), get('key')]))
    expect(first).toMatchObject({ mget: 1, evalsha: 1 })
    expect(await commandsOf(() => get('kept'))).toEqual({ mget: 1 })
  })
})

describe('what stands there', () => {
  it('is replaced by an older entry where nobody would find it', async () => {
    const older = await nodes.make(node, { labels: ['other'] })
    await set('key')
    await node.mark(nodes.scope, tag, hard)
    expect(await nodes.start().set(nodes.scope, 'key', older)).toBe(true)
    expect((await node.get(nodes.scope, 'key'))?.entry).toEqual(older)
  })

  it('is told of, and not found, where another codec wrote it; and is replaced', async () => {
    await set('key')
    const { codec } = nodes.scope
    const other = { ...nodes.scope, codec: { ...codec, id: 'other' } }
    expect(await node.get(other, 'key')).toBeUndefined()
    expect(await node.touch(other, 'key', { staleAt: 1, deleteAt: nodes.clock.now() + 1_000 })).toBe(false)
    expect((await node.getMany(other, ['key'])).size).toBe(0)
    expect(nodes.undecodable.map(String)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/codec/)),
    )
    expect(await node.set(other, 'key', await nodes.make(node))).toBe(true)
    expect(await node.get(other, 'key')).toBeDefined()
    expect(await node.get(nodes.scope, 'key')).toBeUndefined()
  })

  it('is of a codec with an id of any length', async () => {
    const codecs = ['é'.repeat(255), `${'é'.repeat(254)}e`].map((id) => ({ ...nodes.scope.codec, id }))
    const [one, other] = codecs.map((codec) => ({ ...nodes.scope, codec }))
    expect(await node.set(one!, 'key', await nodes.make(node))).toBe(true)
    expect(await node.get(one!, 'key')).toBeDefined()
    expect(await node.get(other!, 'key')).toBeUndefined()
  })

  it('is told of, and not found, where the codec refuses it', async () => {
    await set('key')
    const refusing = {
      ...nodes.scope,
      codec: {
        ...nodes.scope.codec,
        decode: () => {
          throw new Error('not for me')
        },
      },
    }
    expect(await node.get(refusing, 'key')).toBeUndefined()
    expect(nodes.undecodable.map(String)).toEqual(['Error: not for me'])
    const compressing = nodes.start({ compressAbove: 0 })
    await compressing.set(nodes.scope, 'key', await nodes.make(node, { value: 'x'.repeat(1_000) }))
    expect(await node.get(refusing, 'key')).toBeUndefined()
    expect(nodes.undecodable).toHaveLength(2)
  })

  it('is smaller with compressAbove, from there on, and read by nodes without it', async () => {
    const compressing = nodes.start({ compressAbove: 1_000 })
    const bytesOf = async (size: number): Promise<number> => {
      const made = await nodes.make(node, { value: 'x'.repeat(size) })
      expect(await compressing.set(nodes.scope, 'key', made)).toBe(true)
      for (const reader of [node, compressing]) {
        expect((await reader.get(nodes.scope, 'key'))?.entry).toEqual(made)
      }
      return server.redis.strlen(names.entry('key'))
    }
    expect(await bytesOf(900)).toBeGreaterThan(900)
    expect(await bytesOf(100_000)).toBeLessThan(1_000)
  })

  it('does not hold the memory of its neighbours', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `key ${index}`)
    const scope = {
      ...nodes.scope,
      codec: {
        id: 'bytes',
        encode: (value: unknown) => value as Uint8Array,
        decode: (bytes: Uint8Array) => bytes,
      },
    }
    for (const key of keys)
      await node.set(scope, key, await nodes.make(node, { value: Buffer.alloc(1_000, key) }))
    const found = await node.getMany(scope, keys)
    expect(found.size).toBe(60)
    for (const [key, { entry }] of found) {
      const value = entry.value as Uint8Array
      expect(Buffer.from(value).equals(Buffer.alloc(1_000, key))).toBe(true)
      expect(value.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize)
    }
  })
})

describe('marks', () => {
  const labels = (count: number, from = 0): Mark[] =>
    Array.from({ length: count }, (_, index) => ({ type: 'label', label: `label ${from + index}` }))

  it('are bounded: what is older than a forgotten one is invalidated, what is newer is not', async () => {
    await set('purged')
    await set('old', { labels: [] })
    await node.mark(nodes.scope, tag, hard)
    await set('middle', { labels: [] })
    for (let from = 0; from < 9_500; from += 500) await node.mark(nodes.scope, labels(500, from), hard)
    expect(await node.get(nodes.scope, 'old')).toBeDefined()
    await node.mark(nodes.scope, labels(500, 9_500), hard)
    await set('new', { labels: [] })
    expect(await server.redis.zcard(names.marks)).toBeLessThanOrEqual(10_000)
    for (const reader of [node, nodes.start()]) {
      const found = await reader.getMany(nodes.scope, ['purged', 'old', 'middle', 'new'])
      expect([...found.keys()]).toEqual(['middle', 'new'])
    }
    await node.mark(nodes.scope, labels(12_000, 20_000), hard)
    expect(await server.redis.zcard(names.marks)).toBeLessThanOrEqual(10_000)
    expect((await node.getMany(nodes.scope, ['purged', 'old', 'middle', 'new'])).size).toBe(0)
    expect(await set('new', { labels: [] })).toBe(true)
    expect(await node.get(nodes.scope, 'new')).toBeDefined()
  })

  it('are one each, however often they are made', async () => {
    for (let time = 0; time < 50; time++) await node.mark(nodes.scope, [...tag, ...tag], { soft: false })
    expect(await server.redis.zcard(names.marks)).toBe(1)
    await node.mark(nodes.scope, [{ type: 'all' }, ...tag], hard)
    expect(await server.redis.exists(names.marks)).toBe(0)
  })

  it('of a later version invalidate everything before', async () => {
    await set('key', { labels: [] })
    await node.mark(nodes.scope, tag, hard)
    const [, score] = await server.redis.zrange(names.marks, 0, 0, 'WITHSCORES')
    await server.redis
      .multi()
      .del(names.marks)
      .zadd(names.marks, score ?? '', 'h["regexp","x"]')
      .exec()
    const other = nodes.start()
    expect(await other.get(nodes.scope, 'key')).toBeUndefined()
    await set('key', { labels: [] })
    expect(await other.get(nodes.scope, 'key')).toBeDefined()
  })
})
