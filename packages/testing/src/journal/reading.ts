/** How one reader reads. */
import { expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { idsOf, readAll, textsOf, withJournal } from './current-journal.ts'

export function reading(harness: BackendHarness): void {
  const current = withJournal(harness)

  it('reads in the order of acceptance, each record once, at most so many', async () => {
    await current.add(['a', '1'], ['b', '2'], ['a', '3'])
    const reader = await current.open()
    expect(textsOf(await reader.read(2))).toEqual(['a=1', 'b=2'])
    await current.add(['b', '4'])
    expect(textsOf(await readAll(reader, 1))).toEqual(['a=3', 'b=4'])
    expect(await reader.read(2)).toEqual([])
  })

  it('reads nothing from a stream that nobody wrote to', async () => {
    expect(await (await current.open()).read(10)).toEqual([])
  })

  it('reads what other processes accepted', async () => {
    await current.add(['a', '1'])
    const reader = await current.open(10_000, current.elsewhere)
    expect(textsOf(await reader.read(10))).toEqual(['a=1'])
  })

  it('never gives again what was acknowledged', async () => {
    await current.add(['a', '1'], ['b', '2'], ['c', '3'])
    const reader = await current.open()
    const [, second] = idsOf(await reader.read(10))
    expect(await reader.acknowledge([second ?? ''])).toBe(true)
    expect(await reader.acknowledge([second ?? ''])).toBe(true)
    await reader.release()
    expect(textsOf(await readAll(await current.open(), 10))).toEqual(['a=1', 'c=3'])
  })

  it('acknowledges many at once', async () => {
    await current.add(...Array.from({ length: 900 }, (_, index) => ['key', String(index)] as const))
    const reader = await current.open()
    await reader.acknowledge(idsOf(await reader.read(800)))
    await reader.release()
    const left = await readAll(await current.open(), 1_000)
    expect(left).toHaveLength(100)
    expect(textsOf(left)[0]).toBe('key=800')
  })
}
