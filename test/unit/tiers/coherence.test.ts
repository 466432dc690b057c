/** What one node writes, the others do not answer from memory any more; and nothing at all that they cannot vouch for. */
import { isPromise, type Mark, type TieredBackend } from '@forebay/core'
import { describe, expect, it } from 'vitest'
import { entryOn, scope, store, valueOf } from '../../tiers/entries.ts'
import { simulatedFleet } from '../../tiers/simulated-fleet.ts'

const isNear = ({ entries }: TieredBackend, key = 'key'): boolean => !isPromise(entries.get(scope, key))

const marks: readonly Mark[] = [
  { type: 'label', label: 'tag' },
  { type: 'prefix', prefix: '/pa' },
  { type: 'all' },
]

describe('what another node does', () => {
  const warm = async (): Promise<{ node: TieredBackend; other: TieredBackend; published: string[] }> => {
    const { tiered, bus } = simulatedFleet()
    const [node, other] = [tiered(0), tiered(1)]
    await store(node, 'key', 'old')
    await store(node, 'untouched', 'old', { labels: ['another tag'], path: '/elsewhere' })
    await Promise.all([valueOf(other, 'key'), valueOf(node, 'key')])
    expect([isNear(node), isNear(other)]).toEqual([true, true])
    bus.published.length = 0
    return { node, other, published: bus.published }
  }

  it.each(marks)('is gone here: a mark by $type', async (mark) => {
    const { node, other } = await warm()
    await other.entries.mark(scope, [mark], { soft: false })
    expect(await valueOf(node, 'key')).toBeUndefined()
    expect(await valueOf(other, 'key')).toBeUndefined()
    expect(isNear(node, 'untouched')).toBe(mark.type !== 'all')
  })

  it.each(marks)('is stale here: a soft mark by $type', async (mark) => {
    const { node, other } = await warm()
    await other.entries.mark(scope, [mark], { soft: true })
    for (const one of [node, other]) {
      expect(await one.entries.get(scope, 'key')).toMatchObject({ softened: true, entry: { value: 'old' } })
    }
  })

  it('is gone here: a key that was deleted', async () => {
    const { node, other } = await warm()
    expect(await other.entries.delete(scope, 'key')).toBe(true)
    expect(await valueOf(node, 'key')).toBeUndefined()
    expect(await valueOf(other, 'key')).toBeUndefined()
    expect(isNear(node, 'untouched')).toBe(true)
  })

  it('is new here: an entry that was replaced', async () => {
    const { node, other } = await warm()
    await store(other, 'key', 'new')
    expect(await valueOf(node, 'key')).toBe('new')
    expect(isNear(node, 'untouched')).toBe(true)
  })

  it('is shorter here: a life that was cut', async () => {
    const { node, other, published } = await warm()
    const now = node.clock.now()
    await other.entries.touch(scope, 'key', { staleAt: now + 30_000, deleteAt: now + 30_000 })
    expect(published).toEqual([])
    await other.entries.touch(scope, 'key', { staleAt: now + 5, deleteAt: now + 5 })
    expect(published).toHaveLength(1)
    expect((await node.entries.get(scope, 'key'))?.entry.staleAt).toBe(now + 5)
  })

  it('is told in few messages, without values and without keys', async () => {
    const { other, published } = await warm()
    await Promise.all([
      store(other, 'a secret key', 'a secret'),
      store(other, 'b', 'a secret'),
      other.entries.mark(scope, [...marks, ...marks], { soft: false }),
    ])
    expect(published.length).toBeLessThanOrEqual(3)
    expect(published.join()).not.toContain('secret')
  })

  it('concerns its own scope only', async () => {
    const { node, other } = await warm()
    await other.entries.mark({ ...scope, name: 'another' }, [{ type: 'all' }], { soft: false })
    await other.entries.delete({ ...scope, name: 'another' }, 'key')
    expect(isNear(node)).toBe(true)
  })
})

describe('a node that may have missed something', () => {
  it('asks the far tier after a gap', async () => {
    const { tiered, bus, truth } = simulatedFleet()
    const node = tiered(0)
    await store(node, 'key', 'old')
    await truth.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
    expect(await valueOf(node, 'key')).toBe('old')
    bus.gap(0)
    expect(isNear(node)).toBe(false)
    expect(await valueOf(node, 'key')).toBeUndefined()
    expect(node.entries.stats().gaps).toBe(1)
  })

  it('uses a copy again that the far tier has confirmed', async () => {
    const { tiered, bus } = simulatedFleet()
    const node = tiered(0)
    await store(node, 'key', 'value')
    bus.gap(0)
    expect(await valueOf(node, 'key')).toBe('value')
    expect(isNear(node)).toBe(true)
  })

  it('asks the far tier while the bus is not live, and uses its copies when it is again', async () => {
    const { tiered, clock } = simulatedFleet({ fate: () => ({ arrivesAfterMs: [1_500] }) })
    const [node, other] = [tiered(0), tiered(1)]
    await store(node, 'key', 'old')
    await store(node, 'rest', 'value')
    await store(node, 'unasked', 'value')
    await store(other, 'key', 'new')
    clock.advance(1_000)
    expect([isNear(node), isNear(node, 'rest')]).toEqual([true, true])
    clock.advance(1)
    expect([isNear(node), isNear(node, 'rest')]).toEqual([false, false])
    expect(await valueOf(node, 'key')).toBe('new')
    clock.advance(499)
    expect(isNear(node, 'unasked')).toBe(true)
    expect(await valueOf(node, 'key')).toBe('new')
  })

  it('forgets the copy when the far tier knows better meanwhile', async () => {
    const { tiered, clock, truth } = simulatedFleet({ fate: () => ({ arrivesAfterMs: [1_500] }) })
    const [node, other] = [tiered(0), tiered(1)]
    for (const key of ['replaced', 'gone', 'stale', 'many']) {
      await store(node, key, 'old', { labels: [`tag of ${key}`] })
    }
    await store(other, 'unheard', 'value')
    clock.advance(1_001)
    // Nobody tells of these: they are seen by asking.
    await truth.set(scope, 'replaced', await entryOn(other, 'new'))
    await truth.set(scope, 'many', await entryOn(other, 'new'))
    await truth.delete(scope, 'gone')
    await truth.mark(scope, [{ type: 'label', label: 'tag of stale' }], { soft: true })
    const found = async (): Promise<readonly unknown[]> => [
      await valueOf(node, 'replaced'),
      await valueOf(node, 'gone'),
      (await node.entries.get(scope, 'stale'))?.softened,
      (await node.entries.getMany(scope, ['many'])).get('many')?.entry.value,
    ]
    expect(await found()).toEqual(['new', undefined, true, 'new'])
    clock.advance(499)
    expect(await found()).toEqual(['new', undefined, true, 'new'])
  })

  it('does not take for fresh what may have been softened before it heard anything', async () => {
    const { tiered, clock } = simulatedFleet({ subscribeMs: 100 })
    const [node, other] = [tiered(0), tiered(1)]
    const made = await entryOn(node, 'value')
    await other.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: true })
    clock.advance(100)
    expect(await node.entries.set(scope, 'key', made)).toBe(true)
    expect((await node.entries.get(scope, 'key'))?.softened).toBe(true)
  })

  it('keeps no copy of what was asked for while the bus was not live', async () => {
    const { tiered, clock, truth } = simulatedFleet({ subscribeMs: 100 })
    const [node, other] = [tiered(0), tiered(1)]
    await store(node, 'key', 'old')
    expect(await valueOf(node, 'key')).toBe('old')
    expect(isNear(node)).toBe(false)
    // Nobody hears of it: the subscription does not stand yet.
    await store(other, 'key', 'new')
    clock.advance(100)
    expect(await valueOf(node, 'key')).toBe('new')
    expect(isNear(node)).toBe(true)
    await truth.delete(scope, 'key')
    expect(isNear(node)).toBe(true)
  })

  it('serves nothing when the far tier is away as well: the call fails, which is a miss', async () => {
    const { tiered, truth, clock, bus } = simulatedFleet()
    let isAway = false
    const entries = {
      ...truth,
      set: truth.set.bind(truth),
      stamp: truth.stamp.bind(truth),
      get: (...args: Parameters<typeof truth.get>) => {
        if (isAway) throw new Error('Redis is away')
        return truth.get(...args)
      },
    }
    const node = tiered(0, { entries })
    await store(node, 'key', 'value')
    isAway = true
    expect(await valueOf(node, 'key')).toBe('value')
    bus.gap(0)
    await expect(valueOf(node, 'key')).rejects.toThrow('Redis is away')
    isAway = false
    expect(await valueOf(node, 'key')).toBe('value')
    clock.advance(1)
  })
})

describe('messages that the bus does not take', () => {
  it('are said again, and a purge is told of it', async () => {
    let isRefusing = false
    const { tiered, clock } = simulatedFleet({ refuses: () => isRefusing })
    const [node, other] = [tiered(0), tiered(1)]
    await store(node, 'key', 'old')
    await store(node, 'gone', 'old')
    await valueOf(other, 'key')
    isRefusing = true
    await store(other, 'key', 'new')
    await expect(other.entries.delete(scope, 'gone')).rejects.toThrow('does not take')
    expect(await valueOf(node, 'key')).toBe('old')
    expect(await valueOf(node, 'gone')).toBe('old')
    expect((await other.health()).detail).toMatch(/2 messages wait to be sent/)
    clock.advance(250)
    isRefusing = false
    clock.advance(250)
    await Promise.resolve()
    expect(await valueOf(node, 'key')).toBe('new')
    expect(await valueOf(node, 'gone')).toBeUndefined()
    expect((await other.health()).detail).not.toMatch(/wait/)
  })

  it('become one that says everything, when they are many', async () => {
    let isRefusing = false
    const { tiered, clock, bus } = simulatedFleet({ refuses: () => isRefusing })
    const [node, other] = [tiered(0), tiered(1)]
    await store(node, 'key', 'value')
    isRefusing = true
    for (let key = 0; key < 500; key++) await store(other, `key ${key}`, key)
    isRefusing = false
    bus.published.length = 0
    clock.advance(250)
    await Promise.resolve()
    expect(bus.published.length).toBeLessThanOrEqual(101)
    expect(bus.published).toContain('forebay-tiers/1 [["everything"]]')
    expect(isNear(node)).toBe(false)
  })
})
