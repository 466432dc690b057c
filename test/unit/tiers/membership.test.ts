/** How a tiered store stands on the bus: together with others in its process, from its first use to its end. */
import { isPromise, memoryBackend, tieredBackend, type Bus, type TieredBackend } from '@forebay/core'
import { describe, expect, it } from 'vitest'
import { scope, store, valueOf } from '../../tiers/entries.ts'
import { simulatedFleet } from '../../tiers/simulated-fleet.ts'

const isNear = ({ entries }: TieredBackend, key = 'key'): boolean => !isPromise(entries.get(scope, key))

describe('stores in one process on one bus', () => {
  it('tell each other without it', async () => {
    const fleet = simulatedFleet()
    const far = fleet.shared(0)
    const make = (): TieredBackend => tieredBackend({ near: memoryBackend({ clock: fleet.clock }), far })
    const [one, two] = [make(), make()]
    await store(one, 'key', 'old')
    expect(await valueOf(two, 'key')).toBe('old')
    await store(one, 'key', 'new')
    expect(await valueOf(two, 'key')).toBe('new')
    await two.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
    expect(await valueOf(one, 'key')).toBeUndefined()
  })

  it('may share one near backend', async () => {
    const [left, right] = [simulatedFleet(), simulatedFleet()]
    const near = memoryBackend({ clock: left.clock })
    const one = tieredBackend({ near, far: left.shared(0) })
    const two = tieredBackend({ near, far: right.shared(0) })
    await store(one, 'key', 'left')
    await store(two, 'key', 'right')
    expect([await valueOf(one, 'key'), await valueOf(two, 'key')]).toEqual(['left', 'right'])
  })
})

describe('the subscription', () => {
  const listening = (): { bus: Bus; count: () => number } => {
    let count = 0
    const bus: Bus = {
      publish: () => undefined,
      subscribe: () => {
        count++
        return () => count--
      },
      isLive: () => count > 0,
    }
    return { bus, count: () => count }
  }

  it('begins with the first use, is one for all scopes, and ends with the last store on the bus', async () => {
    const { shared } = simulatedFleet()
    const { bus, count } = listening()
    const make = (): TieredBackend => tieredBackend({ near: memoryBackend(), far: { ...shared(0), bus } })
    const [one, two] = [make(), make()]
    expect(count()).toBe(0)
    await one.entries.get(scope, 'key')
    await one.entries.get({ ...scope, name: 'another' }, 'key')
    await two.entries.getMany(scope, ['key'])
    expect(count()).toBe(1)
    await one.close()
    expect(count()).toBe(1)
    await two.close()
    expect(count()).toBe(0)
  })

  it('is not needed on a bus that misses nothing', async () => {
    const { shared, clock } = simulatedFleet()
    const bus: Bus = { publish: () => undefined, subscribe: () => () => undefined }
    const node = tieredBackend({ near: memoryBackend({ clock }), far: { ...shared(0), bus } })
    await store(node, 'key', 'value')
    expect(isNear(node)).toBe(true)
  })
})

describe('the end', () => {
  it('closes both, once, and answers nothing near any more', async () => {
    const { shared, clock } = simulatedFleet()
    const closed: string[] = []
    const near = memoryBackend({ clock })
    const node = tieredBackend({
      near: { ...near, close: async () => void closed.push('near', String(await near.close())) },
      far: { ...shared(0), close: async () => void closed.push('far') },
    })
    await store(node, 'key', 'value')
    await node.close()
    await node.close()
    await node[Symbol.asyncDispose]()
    expect(closed.toSorted()).toEqual(['far', 'near', 'undefined'])
    expect(isNear(node)).toBe(false)
  })

  it('says once more what the bus did not take', async () => {
    let isRefusing = true
    const { tiered, bus } = simulatedFleet({ refuses: () => isRefusing })
    const [node, other] = [tiered(0), tiered(1)]
    await store(other, 'key', 'value')
    await store(node, 'key', 'new')
    isRefusing = false
    expect(bus.published).toEqual([])
    await node.close()
    expect(bus.published).toHaveLength(1)
    expect(isNear(other)).toBe(false)
  })

  it('leaves nothing behind that goes on', async () => {
    const { shared, clock } = simulatedFleet()
    let attempts = 0
    const bus: Bus = {
      publish: () => {
        attempts++
        throw new Error('the bus is closed')
      },
      subscribe: () => () => undefined,
    }
    const node = tieredBackend({ near: memoryBackend({ clock }), far: { ...shared(0), bus } })
    await store(node, 'key', 'value')
    await node.close()
    await store(node, 'key', 'too late')
    const before = attempts
    clock.advance(10_000)
    await Promise.resolve()
    expect(attempts).toBe(before)
  })

  it('says first what there is to say, and does not wait for ever', async () => {
    const { tiered, bus } = simulatedFleet()
    const node = tiered(0)
    void node.entries.delete(scope, 'key')
    await Promise.resolve()
    await node.close()
    expect(bus.published).toHaveLength(1)

    const { shared, clock } = simulatedFleet()
    const silent: Bus = { publish: () => new Promise(() => undefined), subscribe: () => () => undefined }
    const stuck = tieredBackend({ near: memoryBackend({ clock }), far: { ...shared(0), bus: silent } })
    await store(stuck, 'key', 'value')
    const closing = stuck.close()
    clock.advance(1_000)
    await closing
  })
})
