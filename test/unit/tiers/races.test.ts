/** Writes, lives and purges that meet others on their way. */
import { beforeEach, describe, expect, it } from 'vitest'
import { entryOn, scope, store, valueOf } from '../../tiers/entries.ts'
import { heldSceneWithOld, isNear, reading, type HeldScene } from '../../tiers/held-scene.ts'

let scene: HeldScene

beforeEach(async () => {
  scene = await heldSceneWithOld()
})

describe('a write that is underway', () => {
  it('when a purge comes: is not kept near', async () => {
    scene.isHeld = false
    const made = await entryOn(scene.node, 'new')
    scene.isHeld = true
    const writing = scene.node.entries.set(scope, 'key', made)
    scene.far.next('set').arrive()
    await scene.other.entries.mark(scope, [{ type: 'prefix', prefix: '/path' }], { soft: false })
    await scene.far.next('set').answer()
    expect(await writing).toBe(true)
    scene.isHeld = false
    expect(await valueOf(scene.node, 'key')).toBeUndefined()
  })

  it('when a soft purge came while it was made: is not kept near as fresh', async () => {
    scene.isHeld = false
    const made = await entryOn(scene.node, 'new')
    await scene.other.entries.mark(scope, [{ type: 'all' }], { soft: true })
    expect(await scene.node.entries.set(scope, 'key', made)).toBe(true)
    expect(await scene.node.entries.get(scope, 'key')).toMatchObject({ softened: true })
  })

  it('when another node writes the key: is not kept near', async () => {
    scene.isHeld = false
    const made = await entryOn(scene.node, 'mine')
    scene.isHeld = true
    const writing = scene.node.entries.set(scope, 'key', made)
    scene.far.next('set').arrive()
    await store(scene.other, 'key', 'theirs')
    await scene.far.next('set').answer()
    expect(await writing).toBe(true)
    scene.isHeld = false
    expect(await valueOf(scene.node, 'key')).toBe('theirs')
  })

  it('when the key is deleted here: is not kept near', async () => {
    scene.isHeld = false
    const made = await entryOn(scene.node, 'new')
    scene.isHeld = true
    const writing = scene.node.entries.set(scope, 'key', made)
    scene.far.next('set').arrive()
    scene.isHeld = false
    await scene.node.entries.delete(scope, 'key')
    await scene.far.next('set').answer()
    expect(await writing).toBe(true)
    expect(await valueOf(scene.node, 'key')).toBeUndefined()
  })

  it('when the key is read here: the older one does not come back', async () => {
    scene.isHeld = false
    const made = await entryOn(scene.node, 'new')
    scene.isHeld = true
    const writing = scene.node.entries.set(scope, 'key', made)
    const read = reading(scene)
    scene.far.next('get').arrive()
    await scene.far.next('set').answer()
    expect(await writing).toBe(true)
    await scene.far.next('get').answer()
    await scene.far.next('get').answer()
    expect(await read.value).toBe('new')
    expect(isNear(scene)).toBe(true)
  })

  it('when it is not answered: whatever was near is asked for again, here and elsewhere', async () => {
    scene.isHeld = false
    await valueOf(scene.node, 'key')
    await valueOf(scene.other, 'key')
    const made = await entryOn(scene.node, 'new')
    scene.isHeld = true
    const writing = scene.node.entries.set(scope, 'key', made) as Promise<boolean>
    scene.far.next('set').arrive()
    const rejected = expect(writing).rejects.toThrow('no answer')
    await scene.far.next('set').lose()
    await rejected
    scene.isHeld = false
    expect([await valueOf(scene.node, 'key'), await valueOf(scene.other, 'key')]).toEqual(['new', 'new'])
  })
})

describe('a touch that is underway', () => {
  it('when the entry is replaced: does not prolong the new one', async () => {
    scene.isHeld = false
    await valueOf(scene.node, 'key')
    scene.isHeld = true
    const times = { staleAt: scene.node.clock.now() + 19_000, deleteAt: scene.node.clock.now() + 19_000 }
    const touching = scene.node.entries.touch(scope, 'key', times)
    scene.far.next('touch').arrive()
    await store(scene.other, 'key', 'new')
    scene.isHeld = false
    const replaced = await scene.node.entries.get(scope, 'key')
    await scene.far.next('touch').answer()
    expect(await touching).toBe(true)
    expect(await scene.node.entries.get(scope, 'key')).toEqual(replaced)
  })

  it('when it is not answered: the copies are asked for again, here and elsewhere', async () => {
    scene.isHeld = false
    await valueOf(scene.node, 'key')
    await valueOf(scene.other, 'key')
    scene.isHeld = true
    const times = { staleAt: scene.node.clock.now() + 5, deleteAt: scene.node.clock.now() + 5 }
    const touching = scene.node.entries.touch(scope, 'key', times) as Promise<boolean>
    scene.far.next('touch').arrive()
    const rejected = expect(touching).rejects.toThrow('no answer')
    await scene.far.next('touch').lose()
    await rejected
    scene.isHeld = false
    for (const { entries } of [scene.node, scene.other]) {
      expect((await entries.get(scope, 'key'))?.entry.staleAt).toBe(times.staleAt)
    }
  })
})

describe('a purge that is underway', () => {
  it('holds here at once, and what is read meanwhile does not survive it', async () => {
    scene.isHeld = false
    await valueOf(scene.node, 'key')
    scene.isHeld = true
    const purging = scene.node.entries.mark(scope, [{ type: 'label', label: 'tag' }], {
      soft: false,
    }) as Promise<void>
    const read = reading(scene)
    await scene.far.next('get').answer()
    expect(await read.value).toBe('old')
    await scene.far.next('mark').answer()
    await purging
    scene.isHeld = false
    expect(await valueOf(scene.node, 'key')).toBeUndefined()
  })

  it('is told to the others when it was not confirmed: it may have been made', async () => {
    scene.isHeld = false
    await valueOf(scene.other, 'key')
    scene.isHeld = true
    const purging = scene.node.entries.mark(scope, [{ type: 'all' }], { soft: false }) as Promise<void>
    scene.far.next('mark').arrive()
    const rejected = expect(purging).rejects.toThrow('no answer')
    await scene.far.next('mark').lose()
    await rejected
    expect(await valueOf(scene.other, 'key')).toBeUndefined()
  })
})
