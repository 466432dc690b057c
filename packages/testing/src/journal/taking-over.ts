/** How the next reader goes on where another one ended, or died. */
import { expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { idsOf, readAll, textsOf, withJournal } from './current-journal.ts'

export function takingOver(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0
  const current = withJournal(harness)

  it('has one reader of a stream at a time', async () => {
    const reader = await current.open()
    expect(await current.journal.open('stream', 10_000)).toBeUndefined()
    expect(await current.elsewhere.open('stream', 10_000)).toBeUndefined()
    expect(await current.elsewhere.open('other', 10_000)).toBeDefined()
    await reader.release()
    await reader.release()
    expect(await current.elsewhere.open('stream', 10_000)).toBeDefined()
  })

  it('lets one of many that ask at once', async () => {
    const asked = Array.from({ length: 20 }, async () => await current.journal.open('stream', 10_000))
    const readers = await Promise.all(asked)
    expect(readers.filter((reader) => reader !== undefined)).toHaveLength(1)
  })

  it('gives what a dead reader left to the next one, first and in order', async () => {
    await current.add(['a', '1'], ['b', '2'], ['a', '3'], ['c', '4'])
    const dead = await current.open(1_000)
    const taken = await dead.read(3)
    await dead.acknowledge(idsOf(taken).slice(0, 1))
    await current.add(['a', '5'])
    await current.advance(1_000 + tolerance)
    const next = await current.open(10_000, current.elsewhere)
    const records = await readAll(next, 2)
    expect(textsOf(records)).toEqual(['b=2', 'a=3', 'c=4', 'a=5'])
    expect(records.map(({ wasTaken }) => wasTaken)).toEqual([true, true, false, false])
  })

  it('gives all that several dead readers left, in the order of acceptance', async () => {
    await current.add(['a', '1'], ['a', '2'], ['a', '3'], ['a', '4'])
    for (const most of [1, 2, 3]) {
      const dead = await current.open(1_000)
      await dead.read(most)
      await current.advance(1_000 + tolerance)
    }
    expect(textsOf(await readAll(await current.open(), 1))).toEqual(['a=1', 'a=2', 'a=3', 'a=4'])
  })

  it('reads as long as it is renewed', async () => {
    await current.add(['a', '1'])
    const reader = await current.open(1_000)
    await current.advance(700)
    expect(await reader.renew(1_000)).toBe(true)
    await current.advance(700)
    expect(await current.elsewhere.open('stream', 1_000)).toBeUndefined()
    expect(textsOf(await reader.read(1))).toEqual(['a=1'])
  })

  it('is lost when its time is over, even while nobody else reads', async () => {
    await current.add(['a', '1'])
    const lost = await current.open(1_000)
    const ids = idsOf(await lost.read(1))
    await current.advance(1_000 + tolerance)
    expect(await lost.renew(1_000)).toBe(false)
    expect(await lost.read(1)).toBeUndefined()
    expect(await lost.acknowledge(ids)).toBe(false)
  })

  it('changes nothing for a newer reader', async () => {
    await current.add(['a', '1'])
    const lost = await current.open(1_000)
    const ids = idsOf(await lost.read(1))
    await current.advance(1_000 + tolerance)
    const newer = await current.open()
    await lost.release()
    expect(await lost.acknowledge(ids)).toBe(false)
    expect(await lost.read(1)).toBeUndefined()
    expect(await current.elsewhere.open('stream', 1_000)).toBeUndefined()
    expect(textsOf(await newer.read(10))).toEqual(['a=1'])
  })

  it('reads nothing after it was released', async () => {
    await current.add(['a', '1'])
    const reader = await current.open()
    await reader.release()
    expect(await reader.read(1)).toBeUndefined()
    expect(await reader.acknowledge(['1'])).toBe(false)
  })

  it('gives every reader a greater token', async () => {
    const tokens: number[] = []
    for (const end of ['release', 'expire', 'release', 'expire'] as const) {
      const reader = await current.open(500)
      tokens.push(reader.token)
      if (end === 'release') await reader.release()
      else await current.advance(500 + tolerance)
    }
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b))
  })
}
