/** Too many writes wait in line, for a limited time; nobody waits for what is closed. */
import { describe, expect, it } from 'vitest'
import { kinds, pass, settle } from './buffered.ts'

describe.each(kinds)('backpressure %s', (_kind, make) => {
  it('lets a write wait until there is room, in order', async () => {
    let isAway = true
    const { writes, source, clock, cached } = make({
      maxPending: 2,
      maxBatch: 2,
      flush() {
        if (isAway) throw new Error('away')
      },
    })
    await writes.write('a', 1)
    await writes.write('b', 1)
    const accepted: string[] = []
    const waiting = ['c', 'd'].map((key) => writes.write(key, 1).then(() => accepted.push(key)))
    await pass(clock, 2_000)
    expect(accepted).toEqual([])
    expect(cached.has('c')).toBe(false)
    isAway = false
    await pass(clock, 2_000)
    await Promise.all(waiting)
    expect(accepted).toEqual(['c', 'd'])
    await writes.flush()
    expect([...source.keys()]).toEqual(['a', 'b', 'c', 'd'])
    await writes.close()
  })

  it('rejects a write for which there was no room in time', async () => {
    const { writes, clock, source } = make({
      maxPending: 1,
      flush() {
        throw new Error('away')
      },
    })
    await writes.write('a', 1)
    const late = writes.write('b', 1)
    const outcome = expect(late).rejects.toMatchObject({ code: 'FOREBAY_TIMEOUT' })
    await pass(clock, 5_000)
    await outcome
    expect(source.has('b')).toBe(false)
    const closing = writes.close()
    await pass(clock, 10_500, 100)
    await closing
  })

  it('rejects at once when too many wait already', async () => {
    const { writes, clock } = make({
      maxPending: 2,
      flush() {
        throw new Error('away')
      },
    })
    const write = async (key: string): Promise<string> =>
      await writes.write(key, 1).then(
        () => 'accepted',
        (error: unknown) => (error as { code: string }).code,
      )
    expect([await write('a'), await write('b')]).toEqual(['accepted', 'accepted'])
    const outcomes = ['c', 'd', 'e', 'f', 'g', 'h'].map(write)
    await settle()
    const closing = writes.close()
    await pass(clock, 10_500, 100)
    await closing
    const closed = Array.from({ length: 5 }, () => 'FOREBAY_CLOSED')
    expect(await Promise.all(outcomes)).toEqual([...closed, 'FOREBAY_OVERLOADED'])
  })

  it('has room for another value of a key that waits', async () => {
    const { writes, source } = make({ maxPending: 1 })
    await writes.write('a', 1)
    const second = writes.write('a', 2)
    await writes.flush()
    await second
    await writes.flush()
    expect(source.get('a')).toBe(2)
    await writes.close()
  })

  it('rejects who waits for room, and who comes later, when it is closed', async () => {
    const { writes, source } = make({ maxPending: 1 })
    await writes.write('a', 1)
    await settle()
    const waiting = expect(writes.write('b', 1)).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
    await settle()
    const closing = writes.close()
    await expect(writes.write('c', 1)).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
    await waiting
    await closing
    expect([...source.keys()]).toEqual(['a'])
  })

  it('accepts no empty key and no undefined', async () => {
    const { writes } = make()
    await expect(writes.write('', 1)).rejects.toMatchObject({ code: 'FOREBAY_INVALID_ARGUMENT' })
    await expect(writes.write('\0memoized:', 1)).rejects.toThrow(/keys of memoized functions/)
    await expect(writes.write('a', undefined)).rejects.toMatchObject({ code: 'FOREBAY_INVALID_ARGUMENT' })
    for (const value of [0, '', false, null]) await writes.write('a', value)
    await writes.close()
  })
})
