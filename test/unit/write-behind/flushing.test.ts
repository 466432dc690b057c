/** When writes reach the source, and in which order; with a journal and without. */
import { describe, expect, it } from 'vitest'
import { kinds, pass, settle } from './buffered.ts'

describe.each(kinds)('write-behind %s', (_kind, make) => {
  it('shows a write in the cache at once and flushes it after the interval', async () => {
    const { writes, cached, flushes, clock } = make()
    await writes.write('a', 1)
    expect(cached.get('a')).toBe(1)
    await pass(clock, 900)
    expect(flushes).toEqual([])
    await pass(clock, 100)
    expect(flushes).toEqual(['a=1'])
    await writes.close()
  })

  it('flushes of each key only the newest value', async () => {
    const { writes, flushes } = make()
    for (const value of [1, 2, 3]) await writes.write('a', value)
    await writes.write('b', 4)
    await writes.flush()
    expect(flushes).toEqual(['a=3,b=4'])
    await writes.close()
  })

  it('flushes at once when a batch is full, and never more than a batch', async () => {
    const { writes, flushes } = make()
    for (const key of ['a', 'b', 'c', 'd']) await writes.write(key, 1)
    await settle()
    expect(flushes[0]).toBe('a=1,b=1,c=1')
    await writes.flush()
    expect(flushes).toEqual(['a=1,b=1,c=1', 'd=1'])
    await writes.close()
  })

  it('begins no flush while one is running: a key in flight is never flushed twice at once', async () => {
    const ends: (() => void)[] = []
    let running = 0
    let most = 0
    const flush = async (): Promise<void> => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => ends.push(resolve))
      running--
    }
    const { writes, flushes, clock } = make({ flush })
    await writes.write('a', 1)
    const first = writes.flush()
    await settle()
    for (const value of [2, 3]) await writes.write('a', value)
    for (const key of ['b', 'c', 'd']) await writes.write(key, 1)
    const second = writes.flush()
    await pass(clock, 2_000)
    while (ends.length > 0) {
      ends.shift()?.()
      await settle()
    }
    await Promise.all([first, second])
    expect(most).toBe(1)
    expect(flushes[0]).toBe('a=1')
    expect(
      flushes
        .join(',')
        .split(',')
        .filter((one) => one.startsWith('a=')),
    ).toEqual(['a=1', 'a=3'])
    await writes.close()
  })

  it('lets what comes during a flush wait for others, as what came before did', async () => {
    const during: (() => Promise<void>)[] = []
    const { writes, flushes, clock } = make({ flush: () => during.shift()?.() })
    during.push(() => writes.write('b', 1))
    await writes.write('a', 1)
    await pass(clock, 1_000)
    expect(flushes).toEqual(['a=1'])
    await pass(clock, 900)
    expect(flushes).toEqual(['a=1'])
    await pass(clock, 100)
    expect(flushes).toEqual(['a=1', 'b=1'])
    await writes.close()
  })

  it('flushes at once what has become a full batch during a flush', async () => {
    let isFirst = true
    const { writes, flushes, clock } = make({
      async flush() {
        if (isFirst) for (const key of ['b', 'c', 'd']) await writes.write(key, 1)
        isFirst = false
      },
    })
    await writes.write('a', 1)
    await pass(clock, 1_050)
    expect(flushes).toEqual(['a=1', 'b=1,c=1,d=1'])
    await writes.close()
  })

  it('lets nobody change what is still to be flushed', async () => {
    const seen: unknown[] = []
    let failures = 1
    const { writes, clock } = make({
      flush(entries) {
        seen.push(structuredClone(entries))
        entries.length = 0
        if (failures-- > 0) throw new Error('away')
      },
    })
    const value = { count: 1 }
    await writes.write('a', value)
    value.count = 2
    await pass(clock, 2_000)
    expect(seen).toEqual([[['a', { count: 1 }]], [['a', { count: 1 }]]])
    await writes.close()
  })

  it('drops from the cache what is not what was flushed, but nothing newer', async () => {
    const { writes, cached } = make()
    await writes.write('a', 1)
    await writes.write('b', 1)
    cached.set('a', 'loaded before the flush')
    await writes.flush()
    expect(cached.has('a')).toBe(false)
    expect(cached.get('b')).toBe(1)
    await writes.close()
  })
})
