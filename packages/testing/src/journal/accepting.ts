/** What a journal accepts. */
import { expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { hostileTexts } from '../hostile-texts.ts'
import { idsOf, readAll, recordOf, textsOf, withJournal } from './current-journal.ts'

export function accepting(harness: BackendHarness): void {
  const current = withJournal(harness)

  it('adds the first records, as many as fit', async () => {
    const records = ['1', '2', '3', '4'].map((value) => recordOf(['key', value]))
    expect(await current.journal.append('stream', records, 3)).toBe(3)
    expect(await current.journal.append('stream', records, 3)).toBe(0)
    expect(textsOf(await readAll(await current.open(), 10))).toEqual(['key=1', 'key=2', 'key=3'])
  })

  it('has room again for what was acknowledged, not for what was only read', async () => {
    const { journal } = current
    await current.add(['a', '1'], ['b', '2'])
    const reader = await current.open()
    const records = await reader.read(10)
    expect(await journal.append('stream', [recordOf(['c', '3'])], 2)).toBe(0)
    await reader.acknowledge(idsOf(records).slice(0, 1))
    expect(await journal.append('stream', [recordOf(['c', '3'])], 2)).toBe(1)
    expect(await journal.append('stream', [recordOf(['d', '4'])], 2)).toBe(0)
  })

  it('keeps many records that are added at once, in order', async () => {
    const values = Array.from({ length: 700 }, (_, index) => String(index))
    await current.add(...values.map((value) => ['key', value] as const))
    expect(textsOf(await readAll(await current.open(), 300))).toEqual(values.map((value) => `key=${value}`))
  })

  it('keeps large values that are added at once, in order', async () => {
    const records = [1, 2, 3, 4, 5].map((byte) => ({ key: `${byte}`, value: Buffer.alloc(700_000, byte) }))
    expect(await current.journal.append('stream', records, 4)).toBe(4)
    const read = await readAll(await current.open(), 2)
    expect(read.map(({ key, value }) => [key, value.byteLength, value[699_999]])).toEqual([
      ['1', 700_000, 1],
      ['2', 700_000, 2],
      ['3', 700_000, 3],
      ['4', 700_000, 4],
    ])
  })

  it('keeps keys and bytes as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const records = hostileTexts.map((key) => ({ key, value: bytes }))
    await current.journal.append('stream', records, 1_000)
    const read = await readAll(await current.open(), 100)
    expect(read.map(({ key }) => key)).toEqual([...hostileTexts])
    for (const { value } of read) expect([...value]).toEqual([...bytes])
  })

  it('keeps only the part of a buffer that the value is', async () => {
    const whole = Buffer.from('before value after')
    await current.journal.append('stream', [{ key: 'key', value: whole.subarray(7, 12) }], 10)
    expect(textsOf(await (await current.open()).read(1))).toEqual(['key=value'])
  })

  it('keeps every stream apart, whatever its name', async () => {
    const { journal } = current
    for (const stream of hostileTexts) await journal.append(stream, [recordOf(['key', stream])], 1)
    for (const stream of hostileTexts) {
      const reader = await journal.open(stream, 10_000)
      const [record, ...others] = (await reader?.read(10)) ?? []
      expect(Buffer.from(record?.value ?? []).equals(Buffer.from(stream))).toBe(true)
      expect(others).toEqual([])
    }
  })

  it('keeps empty keys and values', async () => {
    await current.add(['', ''])
    expect(textsOf(await (await current.open()).read(1))).toEqual(['='])
  })
}
