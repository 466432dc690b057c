/** A newer entry is never overwritten by an older one, however late that comes: stamps fence both tiers. */
import { beforeEach, describe, expect, it } from 'vitest'
import { entryOn, scope, store, valueOf } from '../../tiers/entries.ts'
import { heldScene, type HeldScene } from '../../tiers/held-scene.ts'

let scene: HeldScene

beforeEach(() => {
  scene = heldScene()
})

describe('the order of writes', () => {
  it('keeps a slow old handler from overwriting a newer entry, far and near', async () => {
    const slow = await entryOn(scene.node, 'of the slow old handler')
    await store(scene.other, 'key', 'newer')
    expect(await valueOf(scene.node, 'key')).toBe('newer')
    expect(await scene.node.entries.set(scope, 'key', slow)).toBe(false)
    for (const one of [scene.node, scene.other]) expect(await valueOf(one, 'key')).toBe('newer')
    expect((await scene.fleet.truth.get(scope, 'key'))?.entry.value).toBe('newer')
  })

  it('holds within one node as well', async () => {
    const slow = await entryOn(scene.node, 'slow')
    await store(scene.node, 'key', 'newer')
    expect(await scene.node.entries.set(scope, 'key', slow)).toBe(false)
    expect(await valueOf(scene.node, 'key')).toBe('newer')
  })

  it('holds when the slow one began on another node and its answer comes late', async () => {
    const slow = await entryOn(scene.node, 'slow')
    scene.isHeld = true
    const writing = scene.node.entries.set(scope, 'key', slow)
    await store(scene.other, 'key', 'newer')
    await scene.far.next('set').answer()
    expect(await writing).toBe(false)
    scene.isHeld = false
    expect(await valueOf(scene.node, 'key')).toBe('newer')
  })
})
