/** Answers of the far tier that are out of date when they come. */
import { beforeEach, describe, expect, it } from 'vitest'
import { entryOn, scope, store, valueOf } from '../../tiers/entries.ts'
import { heldSceneWithOld, isNear, reading, type HeldScene } from '../../tiers/held-scene.ts'

let scene: HeldScene

beforeEach(async () => {
  scene = await heldSceneWithOld()
})

describe('a read that is underway', () => {
  it('when the entry is replaced: is made again', async () => {
    const read = reading(scene)
    scene.far.next('get').arrive()
    await store(scene.other, 'key', 'new')
    await scene.far.next('get').answer()
    await scene.far.next('get').answer()
    expect(await read.value).toBe('new')
    expect(isNear(scene)).toBe(true)
  })

  it('when the entry is deleted: is made again', async () => {
    const read = reading(scene)
    scene.far.next('get').arrive()
    await scene.other.entries.delete(scope, 'key')
    await scene.far.next('get').answer()
    await scene.far.next('get').answer()
    expect(await read.value).toBeUndefined()
    scene.isHeld = false
    expect(await valueOf(scene.node, 'key')).toBeUndefined()
  })

  it('when the entry is deleted here: is made again', async () => {
    const read = reading(scene)
    scene.far.next('get').arrive()
    scene.isHeld = false
    await scene.node.entries.delete(scope, 'key')
    await scene.far.next('get').answer()
    expect(await read.value).toBeUndefined()
  })

  it.each([true, false])('when a mark concerns the entry: is made again (soft: %s)', async (soft) => {
    const read = scene.node.entries.get(scope, 'key')
    scene.far.next('get').arrive()
    await scene.other.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft })
    await scene.far.next('get').answer()
    await scene.far.next('get').answer()
    const found = await read
    expect(soft ? found?.softened : found).toBe(soft ? true : undefined)
  })

  it('when a mark concerns other entries: is good', async () => {
    const read = reading(scene)
    scene.far.next('get').arrive()
    await scene.other.entries.mark(scope, [{ type: 'label', label: 'another tag' }], { soft: false })
    await scene.far.next('get').answer()
    expect(await read.value).toBe('old')
    expect(isNear(scene)).toBe(true)
  })

  it('when messages may have been missed: is made again', async () => {
    const read = reading(scene)
    scene.far.next('get').arrive()
    await scene.fleet.truth.delete(scope, 'key')
    scene.fleet.bus.gap(0)
    await scene.far.next('get').answer()
    await scene.far.next('get').answer()
    expect(await read.value).toBeUndefined()
  })

  it('of many: only what is out of date is asked for again', async () => {
    await store(scene.other, 'rest', 'value')
    const read = scene.node.entries.getMany(scope, ['key', 'rest'])
    scene.far.next('getMany').arrive()
    await store(scene.other, 'key', 'new')
    await scene.far.next('getMany').answer()
    expect(scene.far.calls.map(({ operation }) => operation)).toEqual(['get'])
    await scene.far.next('get').answer()
    const found = await read
    expect([found.get('key')?.entry.value, found.get('rest')?.entry.value]).toEqual(['new', 'value'])
  })

  it('of many: waits with others for a key that is asked for already', async () => {
    const one = reading(scene)
    const many = scene.node.entries.getMany(scope, ['key', 'none'])
    expect(scene.far.calls.map(({ operation }) => operation)).toEqual(['get', 'get'])
    await scene.far.next('get').answer()
    await scene.far.next('get').answer()
    expect([await one.value, (await many).get('key')?.entry.value, (await many).size]).toEqual([
      'old',
      'old',
      1,
    ])
  })

  it('is given up as a miss when the key never rests', async () => {
    const read = reading(scene)
    let answers = 0
    while (scene.far.calls.length > 0 && answers < 50) {
      answers++
      scene.far.next('get').arrive()
      await store(scene.other, 'key', `value ${answers}`)
      await scene.far.next('get').answer()
    }
    expect(await read.value).toBeUndefined()
    expect(answers).toBe(5)
  })

  it('fails for all who wait for it, and for nobody after', async () => {
    const reads = [reading(scene), reading(scene)]
    await scene.far.next('get').lose()
    for (const { value } of reads) await expect(value).rejects.toThrow('no answer')
    scene.isHeld = false
    expect(await valueOf(scene.node, 'key')).toBe('old')
  })

  it('is made again when a later one has brought newer news', async () => {
    const hung = reading(scene)
    scene.far.next('get').arrive()
    scene.fleet.clock.advance(1_001)
    const later = reading(scene)
    // Nobody tells of it.
    scene.isHeld = false
    await scene.fleet.truth.set(scope, 'key', await entryOn(scene.other, 'new'))
    const [first, second] = scene.far.calls
    await second?.answer()
    expect(await later.value).toBe('new')
    await first?.answer()
    expect(await hung.value).toBe('new')
  })

  it('keeps nobody waiting who comes a second later', async () => {
    const hung = reading(scene)
    scene.fleet.clock.advance(1_001)
    const later = reading(scene)
    expect(scene.far.calls).toHaveLength(2)
    const [first, second] = scene.far.calls
    first?.arrive()
    await store(scene.other, 'key', 'new')
    await second?.answer()
    await scene.far.calls[1]?.answer()
    expect(await later.value).toBe('new')
    await first?.answer()
    scene.isHeld = false
    await scene.far.next('get').answer()
    expect(await hung.value).toBe('new')
  })
})
