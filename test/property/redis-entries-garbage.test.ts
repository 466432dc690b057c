/** Whatever stands in Redis where entries and marks belong: nobody who asks is harmed. */
import { Redis } from 'ioredis'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheEntry } from '@forebay/core'
import { EntryNames } from '../../packages/redis/src/entries/entry-names.ts'
import { frameLayout, frameMagic } from '../../packages/core/src/cache/frame.ts'
import { headLayout, headMagic } from '../../packages/core/src/cache/marks-head.ts'
import { entryNodes, hard, tag, type EntryNodes } from '../redis/entry-nodes.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'

let server: RedisNode
let redis: Redis
let nodes: EntryNodes
let names: EntryNames

beforeAll(async () => {
  server = await startRedisNode()
  redis = new Redis(server.port)
  nodes = entryNodes(`redis://127.0.0.1:${server.port}`)
  names = new EntryNames(nodes.prefix, nodes.scope.name)
})

afterAll(async () => {
  await nodes.stop()
  redis.disconnect()
  await server.stop()
})

type Garbage = { readonly at: number; readonly bytes: Uint8Array; readonly length: number }

/** Changes of something sound: bytes written over it, and where it ends. */
const garbage: fc.Arbitrary<Garbage> = fc.record({
  at: fc.integer({ min: 0, max: 120 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  length: fc.oneof(fc.constant(1_000), fc.integer({ min: 0, max: 130 })),
})

const spoilt = (sound: Buffer, { at, bytes, length }: Garbage): Buffer => {
  const changed = Buffer.from(sound)
  changed.set(bytes.subarray(0, Math.max(0, changed.length - at)), Math.min(at, changed.length))
  return changed.subarray(0, length)
}

describe('garbage', () => {
  /** All that can be asked; nothing of it may throw, and what is found is what was set, but for its instants. */
  const askAll = async (set: CacheEntry): Promise<void> => {
    const node = nodes.start()
    const { scope } = nodes
    const later = nodes.clock.now() + 30_000
    const found = [await node.get(scope, 'key'), (await node.getMany(scope, ['key', 'none'])).get('key')]
    for (const one of found) {
      if (one === undefined) continue
      const { staleAt, deleteAt } = one.entry
      expect(one.entry).toEqual({ ...set, staleAt, deleteAt })
    }
    await node.touch(scope, 'key', { staleAt: later, deleteAt: later })
    await node.delete(scope, 'key')
    const made = await nodes.make(node)
    expect(await node.set(scope, 'key', made)).toBe(true)
    expect((await nodes.start().get(scope, 'key'))?.entry).toEqual(made)
    await node.mark(scope, tag, hard)
    expect(await node.get(scope, 'key')).toBeUndefined()
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    await nodes.stop()
  }
  const prepare = async (): Promise<CacheEntry> => {
    await redis.flushall()
    const node = nodes.start()
    const made = await nodes.make(node, { value: { text: 'value '.repeat(20) } })
    await node.mark(nodes.scope, [{ type: 'label', label: 'other' }], hard)
    const set = { ...made, stamp: await node.stamp(nodes.scope) }
    await node.set(nodes.scope, 'key', set)
    return set
  }

  it('instead of an entry', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, async (change) => {
        const set = await prepare()
        const sound = (await redis.getBuffer(names.entry('key'))) ?? Buffer.alloc(0)
        await redis.set(names.entry('key'), spoilt(sound, change))
        await askAll(set)
      }),
      { numRuns: 100 },
    )
  })

  it('that looks like an entry', async () => {
    const numbers = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1e18, -1)), {
      minLength: 6,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(numbers, fc.uint8Array({ maxLength: 60 }), async (doubles, rest) => {
        const set = await prepare()
        const bytes = Buffer.alloc(frameLayout.names + rest.length)
        bytes.set(frameMagic)
        for (const [index, number] of doubles.entries()) bytes.writeDoubleLE(number, 8 + 8 * index)
        bytes.set(rest, frameLayout.names)
        await redis.set(names.entry('key'), bytes)
        await askAll(set)
      }),
      { numRuns: 50 },
    )
  })

  it('instead of the head of the marks', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, async (change) => {
        const set = await prepare()
        const sound = (await redis.getBuffer(names.head)) ?? Buffer.alloc(0)
        await redis.set(names.head, spoilt(sound, { ...change, at: change.at % headLayout.length }))
        await askAll(set)
      }),
      { numRuns: 100 },
    )
  })

  it('that looks like a head of marks', async () => {
    const number = fc.oneof(
      fc.double(),
      fc.maxSafeNat(),
      fc.nat(),
      fc.constantFrom(0, 2 ** 51, 2 ** 52, 2 ** 53 - 1),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 4, maxLength: 4 }),
        fc.nat(3),
        async (doubles, count) => {
          const set = await prepare()
          const bytes = Buffer.alloc(headLayout.length)
          bytes.set(headMagic)
          bytes.writeUInt32LE(count, headLayout.count)
          for (const [index, one] of doubles.entries()) bytes.writeDoubleLE(one, headLayout.floor + 8 * index)
          await redis.set(names.head, bytes)
          await askAll(set)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('instead of the marks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 30 }),
        fc.double({ noNaN: true }),
        async (member, score) => {
          const set = await prepare()
          await redis.del(names.marks)
          await redis.zadd(names.marks, String(score), Buffer.from(member))
          await askAll(set)
        },
      ),
      { numRuns: 50 },
    )
  })

  it.each(['entry', 'head', 'marks'] as const)('of another type instead of the %s', async (what) => {
    const set = await prepare()
    const name = what === 'entry' ? names.entry('key') : names[what]
    await redis.del(name)
    await redis.lpush(name, 'x')
    await askAll(set)
  })

  it('is replaced by what is set, and taken away by a delete', async () => {
    for (const text of ['garbage', `${frameMagic.toString()}garbage`]) {
      const node = nodes.start()
      await redis.set(names.entry('key'), text)
      expect(await node.delete(nodes.scope, 'key')).toBe(false)
      expect(await redis.exists(names.entry('key'))).toBe(0)
      await redis.set(names.entry('key'), text)
      expect(await node.set(nodes.scope, 'key', await nodes.make(node))).toBe(true)
      expect(await node.get(nodes.scope, 'key')).toBeDefined()
    }
  })
})
