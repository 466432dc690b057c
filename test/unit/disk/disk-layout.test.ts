/** What lies in the file is frozen: another layout has another file name, and of limits another number in front. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BlockRule, Charge } from '@forebay/core'
import { timedDisk, silent, type TimedDisk } from '../../disk/disk-nodes.ts'
import { Environment } from '../../../packages/disk/src/environment/environment.ts'
import { scopeNamed } from '../../tiers/scope.ts'

let disk: TimedDisk
let environment: Environment

beforeEach(() => {
  disk = timedDisk()
  environment = Environment.open(disk.path, silent)
})

afterEach(async () => {
  await environment.close()
  await disk.stop()
})

function rowsOf(table: string): string[] {
  environment.refresh()
  const rows = environment.table(table).rows({ start: Buffer.from([0]), most: 10 })
  return rows.map(({ key, value }) => `${key.toString('hex')} ${value.toString('hex')}`)
}

it('of limits', async () => {
  const policy = { name: 'daily', limit: 5, windowMs: 1_000, burst: 5 } as const
  const charges: readonly Charge[] = [
    { policy: { ...policy, algorithm: 'sliding-log' }, units: 2 },
    { policy: { ...policy, algorithm: 'gcra' }, units: 1 },
  ]
  const rule: BlockRule = { blockMs: 100, factor: 2, maxMs: 1_000 }
  await disk.backend.limits.consume('group', 'key', charges, rule)
  await disk.backend.limits.block('group', 'key', 500)
  expect(rowsOf('limits')).toMatchInlineSnapshot(`
    [
      "358a5c1bac33cf9fe59573bac2871b80b3ef9cf5 0080beaa6db779420000000000000040000000000000000000409faa6db77942000000000000000000409faa6db77942000000000000004000000000000000400000000000001c40226461696c79220080beaa6db77942000080aa6db779420000000000000040000080aa6db77942000000000000004000000000000010400000000000001c40226461696c79220080beaa6db7794200808caa6db77942000000000000000000000000000014400000000000408f40",
    ]
  `)
})

it('of limits, whose records of another layout are none', async () => {
  const policy = { name: 'daily', algorithm: 'gcra', limit: 5, windowMs: 1_000, burst: 5 } as const
  const remaining = async (): Promise<number> => {
    const { policies } = await disk.backend.limits.consume('group', 'key', [{ policy, units: 1 }])
    return policies[0]?.remaining ?? NaN
  }
  expect([await remaining(), await remaining()]).toEqual([4, 3])
  environment.refresh()
  const table = environment.table('limits')
  for (const { key, value } of table.rows({ start: Buffer.from([0]), most: 10 })) {
    const earlier = Buffer.from(value)
    expect(earlier.readDoubleLE(8)).toBe(2)
    earlier.writeDoubleLE(1, 8)
    environment.write(() => table.put(key, earlier))
  }
  expect([await remaining(), await remaining()]).toEqual([4, 3])
})

it('of entries, their marks, and how many there are', async () => {
  const scope = scopeNamed('scope')
  const { entries } = disk.backend
  const now = disk.clock.now()
  const stamp = await entries.stamp(scope)
  const life = { storedAt: now, staleAt: now + 1_000, deleteAt: now + 2_000 }
  await entries.set(scope, 'key', { value: 'value', bytes: 9, stamp, labels: ['tag'], path: '/p', ...life })
  await entries.mark(scope, [{ type: 'label', label: 'other' }], { soft: true })
  const tables = ['entries', 'values', 'scopes', 'marks', 'marks in order', 'facts']
  expect(tables.map((table) => [table, ...rowsOf(table)])).toMatchInlineSnapshot(`
    [
      [
        "entries",
        "5f161c9149882e0e10124bc5dd5c11f0fbe8ec452c70e12b7a0646f92279f427c7b38e7334d8e538 66626501a8f81eac0080beaa6db779420000fdaa6db7794200008118211d1943000080aa6db7794200000000000022400c0000000700000000040000070000005b222f70222c22746167225d6a736f6e",
      ],
      [
        "values",
        "5f161c9149882e0e10124bc5dd5c11f0fbe8ec452c70e12b7a0646f92279f427c7b38e7334d8e538 2276616c756522",
      ],
      [
        "scopes",
        "5f161c9149882e0e10124bc5dd5c11f0fbe8ec45 6662680101000000000000000000000004008118211d194304008118211d19430000000000000000",
      ],
      [
        "marks",
        "5f161c9149882e0e10124bc5dd5c11f0fbe8ec45dd78efdd444ed2784623223473323711bb2fe03c 04008118211d1943735b226c222c226f74686572225d",
      ],
      [
        "marks in order",
        "5f161c9149882e0e10124bc5dd5c11f0fbe8ec450006474846204001dd78efdd444ed2784623223473323711bb2fe03c 01",
      ],
      [
        "facts",
        "656e7472696573 000000000000f03f00000000006070400000000000000000",
      ],
    ]
  `)
})

it('of locks, messages and journals', async () => {
  await disk.backend.locks.acquire('lock', 1_000)
  await disk.backend.journal.append('stream', [{ key: 'key', value: Buffer.from('value') }], 10)
  expect([...rowsOf('locks'), ...rowsOf('journal'), ...rowsOf('streams')]).toMatchInlineSnapshot(`
    [
      "0c030586945fe504b604ecc2e875c38ede400cd5 0080beaa6db7794200008118211d19430080beaa6db77942",
      "dca83e717b1f64eb141057a7415a330ad1361f510000000000000001 05000000226b65792276616c7565",
      "dca83e717b1f64eb141057a7415a330ad1361f51 000000000000f03f000000000000f03f000000000000000000000000000000000000000000000000",
    ]
  `)
  await disk.backend.bus.publish('topic', 'message')
  expect(rowsOf('messages')).toHaveLength(1)
})
