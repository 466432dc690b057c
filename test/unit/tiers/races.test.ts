/** Writes, lives and purges that meet others on their way. */
import { isPromise, type TieredBackend } from '@forebay/core'
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

beforeEach(async () => {
  fleet = simulatedFleet()
  isHeld = false
  far = heldStore(fleet.truth, () => isHeld)
  node = fleet.tiered(0, { entries: far.store })
  other = fleet.tiered(1)
  await store(other, 'key', 'old')
  await node.entries.get(scope, 'another key')
  isHeld = true
})

const isNear = (): boolean => !isPromise(node.entries.get(scope, 'key'))
const read = (): { value: Promise<unknown> } => ({ value: valueOf(node, 'key') })

describe('a write that is underway', () => {
  it('when a purge comes: is not kept near', async () => {
    isHeld = false
    const made = await entryOn(node, 'new')
    isHeld = true
    const writing = node.entries.set(scope, 'key', made)
    far.next('set').arrive()
    await other.entries.mark(scope, [{ type: 'prefix', prefix: '/path' }], { soft: false })
    await far.next('set').answer()
    expect(await writing).toBe(true)
    isHeld = false
    expect(await valueOf(node, 'key')).toBeUndefined()
  })

  it('when a soft purge came while it was made: is not kept near as fresh', async () => {
    isHeld = false
    const made = await entryOn(node, 'new')
    await other.entries.mark(scope, [{ type: 'all' }], { soft: true })
    expect(await node.entries.set(scope, 'key', made)).toBe(true)
    expect(await node.entries.get(scope, 'key')).toMatchObject({ softened: true })
  })

  it('when another node writes the key: is not kept near', async () => {
    isHeld = false
    const made = await entryOn(node, 'mine')
    isHeld = true
    const writing = node.entries.set(scope, 'key', made)
    far.next('set').arrive()
    await store(other, 'key', 'theirs')
    await far.next('set').answer()
    expect(await writing).toBe(true)
    isHeld = false
    expect(await valueOf(node, 'key')).toBe('theirs')
  })

  it('when the key is deleted here: is not kept near', async () => {
    isHeld = false
    const made = await entryOn(node, 'new')
    isHeld = true
    const writing = node.entries.set(scope, 'key', made)
    far.next('set').arrive()
    isHeld = false
    await node.entries.delete(scope, 'key')
    await far.next('set').answer()
    expect(await writing).toBe(true)
    expect(await valueOf(node, 'key')).toBeUndefined()
  })

  it('when the key is read here: the older one does not come back', async () => {
    isHeld = false
    const made = await entryOn(node, 'new')
    isHeld = true
    const writing = node.entries.set(scope, 'key', made)
    const reading = read()
    far.next('get').arrive()
    await far.next('set').answer()
    expect(await writing).toBe(true)
    await far.next('get').answer()
    await far.next('get').answer()
    expect(await reading.value).toBe('new')
    expect(isNear()).toBe(true)
  })

  it('when it is not answered: whatever was near is asked for again, here and elsewhere', async () => {
    isHeld = false
    await valueOf(node, 'key')
    await valueOf(other, 'key')
    const made = await entryOn(node, 'new')
    isHeld = true
    const writing = node.entries.set(scope, 'key', made) as Promise<boolean>
    far.next('set').arrive()
    const rejected = expect(writing).rejects.toThrow('no answer')
    await far.next('set').lose()
    await rejected
    isHeld = false
    expect([await valueOf(node, 'key'), await valueOf(other, 'key')]).toEqual(['new', 'new'])
  })
})

describe('a touch that is underway', () => {
  it('when the entry is replaced: does not prolong the new one', async () => {
    isHeld = false
    await valueOf(node, 'key')
    isHeld = true
    const times = { staleAt: node.clock.now() + 19_000, deleteAt: node.clock.now() + 19_000 }
    const touching = node.entries.touch(scope, 'key', times)
    far.next('touch').arrive()
    await store(other, 'key', 'new')
    isHeld = false
    const replaced = await node.entries.get(scope, 'key')
    await far.next('touch').answer()
    expect(await touching).toBe(true)
    expect(await node.entries.get(scope, 'key')).toEqual(replaced)
  })

  it('when it is not answered: the copies are asked for again, here and elsewhere', async () => {
    isHeld = false
    await valueOf(node, 'key')
    await valueOf(other, 'key')
    isHeld = true
    const times = { staleAt: node.clock.now() + 5, deleteAt: node.clock.now() + 5 }
    const touching = node.entries.touch(scope, 'key', times) as Promise<boolean>
    far.next('touch').arrive()
    const rejected = expect(touching).rejects.toThrow('no answer')
    await far.next('touch').lose()
    await rejected
    isHeld = false
    for (const { entries } of [node, other]) {
      expect((await entries.get(scope, 'key'))?.entry.staleAt).toBe(times.staleAt)
    }
  })
})

describe('a purge that is underway', () => {
  it('holds here at once, and what is read meanwhile does not survive it', async () => {
    isHeld = false
    await valueOf(node, 'key')
    isHeld = true
    const purging = node.entries.mark(scope, [{ type: 'label', label: 'tag' }], {
      soft: false,
    }) as Promise<void>
    const reading = read()
    await far.next('get').answer()
    expect(await reading.value).toBe('old')
    await far.next('mark').answer()
    await purging
    isHeld = false
    expect(await valueOf(node, 'key')).toBeUndefined()
  })

  it('is told to the others when it was not confirmed: it may have been made', async () => {
    isHeld = false
    await valueOf(other, 'key')
    isHeld = true
    const purging = node.entries.mark(scope, [{ type: 'all' }], { soft: false }) as Promise<void>
    far.next('mark').arrive()
    const rejected = expect(purging).rejects.toThrow('no answer')
    await far.next('mark').lose()
    await rejected
    expect(await valueOf(other, 'key')).toBeUndefined()
  })
})
