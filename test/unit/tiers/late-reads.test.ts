/** Answers of the far tier that are out of date when they come. */
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

  it('when the entry is deleted here: is made again', async () => {
    const reading = read()
    far.next('get').arrive()
    isHeld = false
    await node.entries.delete(scope, 'key')
    await far.next('get').answer()
    expect(await reading.value).toBeUndefined()
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

  it('is made again when a later one has brought newer news', async () => {
    const hung = read()
    far.next('get').arrive()
    fleet.clock.advance(1_001)
    const later = read()
    // Nobody tells of it.
    isHeld = false
    await fleet.truth.set(scope, 'key', await entryOn(other, 'new'))
    const [first, second] = far.calls
    await second?.answer()
    expect(await later.value).toBe('new')
    await first?.answer()
    expect(await hung.value).toBe('new')
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
