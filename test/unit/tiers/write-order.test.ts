/** A newer entry is never overwritten by an older one, however late that comes: stamps fence both tiers. */
import type { TieredBackend } from '@forebay/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { entryOn, scope, store, valueOf } from '../../tiers/entries.ts'
import { heldStore, type HeldStore } from '../../tiers/held-store.ts'
import { simulatedFleet, type SimulatedFleet } from '../../tiers/simulated-fleet.ts'

let fleet: SimulatedFleet
let isHeld = false
let far: HeldStore
/** Its calls to the far tier are held; those of the other are not. */
let node: TieredBackend
let other: TieredBackend

beforeEach(() => {
  fleet = simulatedFleet()
  isHeld = false
  far = heldStore(fleet.truth, () => isHeld)
  node = fleet.tiered(0, { entries: far.store })
  other = fleet.tiered(1)
})

describe('the order of writes', () => {
  it('keeps a slow old handler from overwriting a newer entry, far and near', async () => {
    const slow = await entryOn(node, 'of the slow old handler')
    await store(other, 'key', 'newer')
    expect(await valueOf(node, 'key')).toBe('newer')
    expect(await node.entries.set(scope, 'key', slow)).toBe(false)
    for (const one of [node, other]) expect(await valueOf(one, 'key')).toBe('newer')
    expect((await fleet.truth.get(scope, 'key'))?.entry.value).toBe('newer')
  })

  it('holds within one node as well', async () => {
    const slow = await entryOn(node, 'slow')
    await store(node, 'key', 'newer')
    expect(await node.entries.set(scope, 'key', slow)).toBe(false)
    expect(await valueOf(node, 'key')).toBe('newer')
  })

  it('holds when the slow one began on another node and its answer comes late', async () => {
    const slow = await entryOn(node, 'slow')
    isHeld = true
    const writing = node.entries.set(scope, 'key', slow)
    await store(other, 'key', 'newer')
    await far.next('set').answer()
    expect(await writing).toBe(false)
    isHeld = false
    expect(await valueOf(node, 'key')).toBe('newer')
  })
})
