/** Answers of the far tier that are out of date when they come, and writes that meet. */
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

describe('a read that is underway', () => {
  it('when the entry is replaced: is made again', async () => {
    const reading = read()
    far.next('get').arrive()
    await store(other, 'key', 'new')
    await far.next('get').answer()
    await far.next('get').answer()
    expect(await reading.value).toBe('new')
    expect(isNear()).toBe(true)
  })

  it('when the entry is deleted: is made again', async () => {
    const reading = read()
    far.next('get').arrive()
    await other.entries.delete(scope, 'key')
    await far.next('get').answer()
    await far.next('get').answer()
    expect(await reading.value).toBeUndefined()
    isHeld = false
    expect(await valueOf(node, 'key')).toBeUndefined()
  })

  it.each([true, false])('when a mark concerns the entry: is made again (soft: %s)', async (soft) => {
    const reading = node.entries.get(scope, 'key')
    far.next('get').arrive()
    await other.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft })
    await far.next('get').answer()
    await far.next('get').answer()
    const found = await reading
    expect(soft ? found?.softened : found).toBe(soft ? true : undefined)
  })

  it('when a mark concerns other entries: is good', async () => {
    const reading = read()
    far.next('get').arrive()
    await other.entries.mark(scope, [{ type: 'label', label: 'another tag' }], { soft: false })
    await far.next('get').answer()
    expect(await reading.value).toBe('old')
    expect(isNear()).toBe(true)
  })

  it('when messages may have been missed: is made again', async () => {
    const reading = read()
    far.next('get').arrive()
    await fleet.truth.delete(scope, 'key')
    fleet.bus.gap(0)
    await far.next('get').answer()
    await far.next('get').answer()
    expect(await reading.value).toBeUndefined()
  })

  it('of many: only what is out of date is asked for again', async () => {
    await store(other, 'rest', 'value')
    const reading = node.entries.getMany(scope, ['key', 'rest'])
    far.next('getMany').arrive()
    await store(other, 'key', 'new')
    await far.next('getMany').answer()
    expect(far.calls.map(({ operation }) => operation)).toEqual(['get'])
    await far.next('get').answer()
    const found = await reading
    expect([found.get('key')?.entry.value, found.get('rest')?.entry.value]).toEqual(['new', 'value'])
  })

  it('of many: waits with others for a key that is asked for already', async () => {
    const one = read()
    const many = node.entries.getMany(scope, ['key', 'none'])
    expect(far.calls.map(({ operation }) => operation)).toEqual(['get', 'get'])
    await far.next('get').answer()
    await far.next('get').answer()
    expect([await one.value, (await many).get('key')?.entry.value, (await many).size]).toEqual([
      'old',
      'old',
      1,
    ])
  })

  it('is given up as a miss when the key never rests', async () => {
    const reading = read()
    let answers = 0
    while (far.calls.length > 0 && answers < 50) {
      answers++
      far.next('get').arrive()
      await store(other, 'key', `value ${answers}`)
      await far.next('get').answer()
    }
    expect(await reading.value).toBeUndefined()
    expect(answers).toBe(5)
  })

  it('fails for all who wait for it, and for nobody after', async () => {
    const readings = [read().value, read().value]
    await far.next('get').lose()
    for (const reading of readings) await expect(reading).rejects.toThrow('no answer')
    isHeld = false
    expect(await valueOf(node, 'key')).toBe('old')
  })

  it('keeps nobody waiting who comes a second later', async () => {
    const hung = read()
    fleet.clock.advance(1_001)
    const later = read()
    expect(far.calls).toHaveLength(2)
    const [first, second] = far.calls
    first?.arrive()
    await store(other, 'key', 'new')
    await second?.answer()
    await far.calls[1]?.answer()
    expect(await later.value).toBe('new')
    await first?.answer()
    isHeld = false
    await far.next('get').answer()
    expect(await hung.value).toBe('new')
  })
})

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
