/** Limits, locks and messages on disk, where they come to their bounds. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Charge } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { silent, testFolder, timedDisk, type TestFolder } from '../../disk/disk-nodes.ts'
import { Environment } from '../../../packages/disk/src/environment/environment.ts'
import { Upkeep } from '../../../packages/disk/src/environment/upkeep.ts'
import { DiskRateLimitStore } from '../../../packages/disk/src/limits/disk-rate-limit-store.ts'

let folder: TestFolder
let environment: Environment
let clock: ManualClock
let store: DiskRateLimitStore

beforeEach(() => {
  folder = testFolder()
  clock = manualClock()
  environment = Environment.open(folder.path, silent)
  const upkeep = new Upkeep({ environment, clock, logger: silent })
  store = new DiskRateLimitStore({ environment, clock, upkeep, maxKeys: 1_000 })
})

afterEach(async () => {
  await environment.close()
  folder.remove()
})

const charge = (limit: number, windowMs: number = 60_000): readonly Charge[] => [
  { policy: { name: 'default', limit, windowMs, algorithm: 'sliding-window', burst: limit }, units: 1 },
]

it('keeps no more keys than it may, and frees neither exhausted nor blocked ones for new ones', () => {
  for (let key = 0; key < 100; key++) store.consume('group', `exhausted ${key}`, charge(1))
  for (let key = 0; key < 100; key++) store.block('group', `blocked ${key}`, 60_000)
  for (let key = 0; key < 5_000; key++) store.consume('group', `flood ${key}`, charge(5))
  // How many there are is asked for now and then.
  expect(store.stats().keys).toBeLessThan(1_300)
  expect(store.stats().evictions).toBeGreaterThan(3_000)
  for (let key = 0; key < 100; key++) {
    expect(store.consume('group', `exhausted ${key}`, charge(1)).allowed).toBe(false)
    expect(store.consume('group', `blocked ${key}`, charge(5)).allowed).toBe(false)
  }
})

it('counts keys together that there is no room for, so that none is unlimited', () => {
  for (let key = 0; key < 1_000; key++) store.consume('group', `exhausted ${key}`, charge(1))
  let admitted = 0
  for (let key = 0; key < 6_000; key++)
    if (store.consume('group', `flood ${key}`, charge(1)).allowed) admitted++
  expect(admitted).toBeLessThanOrEqual(1_024 + 300)
  expect(store.stats().keys).toBeLessThanOrEqual(1_000 + 1_024 + 300)
})

it('forgets what counts no more', () => {
  for (let key = 0; key < 500; key++) store.consume('group', `key ${key}`, charge(5, 1_000))
  expect(store.stats().keys).toBe(500)
  clock.advance(1_000)
  store.consume('group', 'new', charge(5, 1_000))
  clock.advance(2_000)
  expect(store.stats().keys).toBeLessThanOrEqual(1)
})

it.each([
  ['other bytes', (value: Buffer) => value.fill(0xff, 8)],
  ['a part of it', (value: Buffer) => value.subarray(0, value.length - 5)],
  ['its end', (value: Buffer) => value.subarray(0, 8)],
  ['less than that', () => Buffer.from('x')],
])('takes a record that is none for a key that was never seen: %s', (_what, spoil) => {
  store.consume('group', 'key', charge(1))
  const table = environment.table('limits')
  environment.write(() => {
    for (const { key, value } of table.rows({ start: Buffer.from([0]), most: 10 })) {
      table.put(key, spoil(value))
    }
  })
  expect(store.consume('group', 'key', charge(1)).allowed).toBe(true)
  expect(store.consume('group', 'key', charge(1)).allowed).toBe(false)
})

it('tells who has not read the bus for too long that something was missed, and goes on from there', async () => {
  const disk = timedDisk()
  const heard: string[] = []
  let gaps = 0
  disk.neighbour.bus.subscribe('topic', { message: (text) => heard.push(text), gap: () => gaps++ })
  for (let number = 0; number < 10_050; number++) await disk.backend.bus.publish('topic', String(number))
  disk.clock.advance(20)
  expect([heard.length, gaps]).toEqual([0, 1])
  await disk.backend.bus.publish('topic', 'after')
  disk.clock.advance(20)
  expect(heard).toEqual(['after'])
  await disk.stop()
})

it('keeps few large messages, and tells of those that are gone', async () => {
  const disk = timedDisk()
  let gaps = 0
  disk.neighbour.bus.subscribe('topic', { message: () => undefined, gap: () => gaps++ })
  const large = 'x'.repeat(5_000_000)
  for (let number = 0; number < 10; number++) await disk.backend.bus.publish('topic', large)
  disk.clock.advance(20)
  expect(gaps).toBe(1)
  await disk.stop()
})
