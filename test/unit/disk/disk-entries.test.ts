/** Entries on disk: bounded, read with suspicion, and gone when they are over. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CacheEntry, CacheScope } from '@forebay/core'
import { silent, timedDisk, type TimedDisk } from '../../disk/disk-nodes.ts'
import { DiskCacheStore } from '../../../packages/disk/src/entries/disk-cache-store.ts'
import { Environment } from '../../../packages/disk/src/environment/environment.ts'
import { Upkeep } from '../../../packages/disk/src/environment/upkeep.ts'
import { scopeNamed } from '../../tiers/scope.ts'

const maxBytes = 4 * 2 ** 20
const scope = scopeNamed('scope')

let disk: TimedDisk

beforeEach(() => {
  disk = timedDisk(maxBytes)
})

afterEach(() => disk.stop())

async function entry(value: unknown, given: Partial<CacheEntry> = {}): Promise<CacheEntry> {
  const now = disk.clock.now()
  const stamp = await disk.backend.entries.stamp(scope)
  const life = { storedAt: now, staleAt: now + 60_000, deleteAt: now + 60_000 }
  return { value, bytes: 100, stamp, labels: [], path: '/', ...life, ...given }
}

const fileBytes = (): number => {
  const name = readdirSync(disk.path).find((one) => one.endsWith('.mdb')) ?? 'none'
  return statSync(join(disk.path, name)).size
}

const isThere = async (key: string): Promise<boolean> =>
  (await disk.backend.entries.get(scope, key)) !== undefined

it('keeps the file within its bound, whatever sizes come and go', async () => {
  const { entries } = disk.backend
  for (let turn = 0; turn < 3_000; turn++) {
    const size = [50, 900, 3_000, 20_000, 90_000][turn % 5] ?? 0
    expect(await entries.set(scope, `key ${turn}`, await entry('x'.repeat(size)))).toBe(true)
  }
  const { bytes, evictions } = entries.stats()
  expect(bytes).toBeLessThanOrEqual(maxBytes)
  expect(evictions).toBeGreaterThan(1_000)
  expect(fileBytes()).toBeLessThan(maxBytes * 1.5)
  expect(await isThere('key 2999')).toBe(true)
})

it('lets go first what was not used for long', async () => {
  const { entries } = disk.backend
  const value = 'x'.repeat(20_000)
  for (let key = 0; key < 100; key++) await entries.set(scope, `key ${key}`, await entry(value))
  disk.clock.advance(31_000)
  for (let key = 0; key < 20; key++) expect(await isThere(`key ${key}`)).toBe(true)
  disk.clock.advance(1_000)
  for (let key = 100; key < 200; key++) await entries.set(scope, `key ${key}`, await entry(value))
  const kept = await Promise.all(Array.from({ length: 100 }, (_, key) => isThere(`key ${key}`)))
  const used = kept.slice(0, 20).filter(Boolean).length / 20
  const unused = kept.slice(20).filter(Boolean).length / 80
  expect(entries.stats().evictions).toBeGreaterThan(0)
  expect(used).toBeGreaterThan(unused)
})

it('gives back the room of what is over, and of what was purged', async () => {
  const { entries } = disk.backend
  for (let key = 0; key < 50; key++) await entries.set(scope, `key ${key}`, await entry('value'))
  for (let key = 0; key < 50; key++)
    await entries.set(
      scope,
      `tagged ${key}`,
      await entry('value', { labels: ['tag'], deleteAt: disk.clock.now() + 1e9 }),
    )
  expect(entries.stats().entries).toBe(100)
  await entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
  disk.clock.advance(5_000)
  expect(entries.stats().entries).toBe(50)
  disk.clock.advance(60_000)
  await isThere('any')
  disk.clock.advance(5_000)
  expect(entries.stats()).toMatchObject({ entries: 0, bytes: 0, evictions: 0 })
})

it('says of an entry that is larger than all it has that there is no room, and keeps the others', async () => {
  const { entries } = disk.backend
  await entries.set(scope, 'kept', await entry('value'))
  expect(await entries.set(scope, 'key', await entry('x'.repeat(maxBytes)))).toBe(false)
  expect(await isThere('kept')).toBe(true)
})

it.each([
  ['another value', (row: Buffer) => Buffer.concat([row, Buffer.from('x')]), 'values'],
  ['a changed value', (row: Buffer) => row.fill(0x20, 1, 2), 'values'],
  ['no entry', () => Buffer.from('nonsense'), 'entries'],
  ['nothing', () => Buffer.alloc(64), 'entries'],
])(
  'takes what somebody made %s of for nothing, tells of it, and puts a new one there',
  async (_what, spoil, name) => {
    const told: unknown[] = []
    const suspicious: CacheScope = { ...scope, undecodable: (error) => told.push(error) }
    const { entries } = disk.backend
    await entries.set(scope, 'key', await entry({ some: 'value' }))
    const environment = Environment.open(disk.path, silent)
    const table = environment.table(name)
    environment.write(() => {
      const [row] = table.rows({ start: Buffer.from([0]), most: 1 })
      if (row !== undefined) table.put(row.key, spoil(row.value))
    })
    expect(await entries.get(suspicious, 'key')).toBeUndefined()
    expect(told).toHaveLength(1)
    expect(await entries.set(suspicious, 'key', await entry('new'))).toBe(true)
    expect((await entries.get(suspicious, 'key'))?.entry.value).toBe('new')
    await environment.close()
  },
)

it('keeps less for a while when the disk is full, says so once, and fails no call', async () => {
  const lines: unknown[] = []
  const environment = Environment.open(disk.path, silent)
  const write = environment.write.bind(environment)
  let isFull = false
  environment.write = (work) => {
    if (isFull) throw new Error('No space left on device')
    return write(work)
  }
  const logger = { warn: (line: unknown) => lines.push(line), error: () => undefined }
  const upkeep = new Upkeep({ environment, clock: disk.clock, logger })
  const entries = new DiskCacheStore({ environment, clock: disk.clock, maxBytes, upkeep, logger })
  for (let key = 0; key < 100; key++)
    await disk.backend.entries.set(scope, `key ${key}`, await entry('x'.repeat(9_000)))
  const before = entries.stats().bytes
  isFull = true
  for (let turn = 0; turn < 3; turn++) expect(entries.set(scope, 'new', await entry('value'))).toBe(false)
  isFull = false
  expect(entries.set(scope, 'new', await entry('value'))).toBe(true)
  expect(entries.stats().bytes).toBeLessThanOrEqual(before * 0.9)
  expect(lines).toEqual([expect.stringContaining('there is no room for an entry')])
  disk.clock.advance(60_000)
  for (let key = 0; key < 100; key++)
    await disk.backend.entries.set(scope, `key ${key}`, await entry('x'.repeat(9_000)))
  expect(entries.stats().bytes).toBeGreaterThan(before * 0.9)
  await environment.close()
})

it('takes a value of another codec for nothing', async () => {
  const told: unknown[] = []
  await disk.backend.entries.set(scope, 'key', await entry('value'))
  const other: CacheScope = {
    name: scope.name,
    codec: { ...scope.codec, id: 'other' },
    undecodable: (error) => told.push(error),
  }
  expect(await disk.backend.entries.get(other, 'key')).toBeUndefined()
  expect(told).toHaveLength(1)
})

it('is seen by other backends at once: entries, deletes, purges', async () => {
  const { backend, neighbour } = disk
  await backend.entries.set(scope, 'key', await entry('value', { labels: ['tag'] }))
  await backend.entries.set(scope, 'other', await entry('value', { labels: ['tag'] }))
  expect((await neighbour.entries.get(scope, 'key'))?.entry.value).toBe('value')
  await neighbour.entries.delete(scope, 'key')
  expect(await isThere('key')).toBe(false)
  await neighbour.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
  expect(await isThere('other')).toBe(false)
})

it('forgets the oldest of very many purges, and then invalidates rather too much than too little', async () => {
  const { entries } = disk.backend
  const old = await entry('old')
  await entries.set(scope, 'old', old)
  const marks = (from: number): { type: 'label'; label: string }[] =>
    Array.from({ length: 4_000 }, (_, index) => ({ type: 'label', label: `tag ${from + index}` }))
  for (const from of [0, 4_000]) await entries.mark(scope, marks(from), { soft: false })
  expect(await isThere('old')).toBe(true)
  const between = await entry('between')
  for (const from of [8_000, 12_000]) await entries.mark(scope, marks(from), { soft: false })
  expect(await isThere('old')).toBe(false)
  expect(await entries.set(scope, 'between', between)).toBe(true)
})
