/** When writes reach the source, and in which order; with a journal and without. */
import { describe, expect, it } from 'vitest'
import { manualClock, simulatedJournal } from '@forebay/testing'
import { buffered, pass, settle, type Buffered, type BufferedOptions } from './buffered.ts'

const kinds: readonly (readonly [string, (options?: BufferedOptions) => Buffered])[] = [
  ['in memory', buffered],
  [
    'with a journal',
    (options) => {
      const clock = manualClock()
      return buffered({ clock, journal: simulatedJournal(clock), ...options })
    },
  ],
]

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

  it('tries again after a failure, later each time, before anything newer of the key', async () => {
    let failures = 4
    const attempts: number[] = []
    const times: number[] = []
    const { writes, flushes, clock, logged } = make({
      flush(_entries, { attempt }) {
        attempts.push(attempt)
        times.push(clock.now())
        if (failures-- > 0) throw new Error('the source is away')
      },
    })
    await writes.write('a', 1)
    await pass(clock, 1_000)
    await writes.write('a', 2)
    await pass(clock, 3_000)
    expect(attempts).toEqual([1, 2, 3, 4, 5, 1].slice(0, attempts.length))
    const waits = times.slice(1, 5).map((time, index) => time - (times[index] ?? 0))
    expect(waits).toEqual([100, 200, 400, 800].map((ms) => Math.ceil(ms / 50) * 50))
    await writes.flush()
    expect(flushes.at(-1)).toBe('a=2')
    expect(flushes).toEqual([...new Set(flushes)])
    expect(logged.filter((text) => text.startsWith('error'))).toHaveLength(1)
    expect(logged.filter((text) => text.startsWith('warn'))).toHaveLength(1)
    await writes.close()
  })

  it('hands over to onDeadLetter what failed after all retries, and goes on with the rest', async () => {
    const letters: string[] = []
    const { writes, flushes, clock } = make({
      retries: 2,
      maxBatch: 1,
      flush([entry]) {
        if (entry?.[0] === 'bad') throw new Error('refused')
      },
      onDeadLetter: (entries, error) => void letters.push(`${String(entries)} ${error.message}`),
    })
    await writes.write('bad', 1)
    await writes.write('good', 2)
    await pass(clock, 3_000)
    expect(letters).toEqual(['bad,1 refused'])
    expect(flushes).toEqual(['good=2'])
    expect(writes.stats()).toMatchObject({ flushed: 1, deadLettered: 1, failures: 0 })
    await writes.close()
  })

  it('keeps what onDeadLetter refuses, and tries all of it again', async () => {
    let isAway = true
    let letters = 0
    const { writes, flushes, clock } = make({
      retries: 0,
      flush() {
        if (isAway) throw new Error('away')
      },
      onDeadLetter() {
        letters++
        throw new Error('away too')
      },
    })
    await writes.write('a', 1)
    await pass(clock, 3_000)
    expect(letters).toBeGreaterThan(1)
    isAway = false
    await pass(clock, 2_000)
    expect(flushes).toEqual(['a=1'])
    await writes.close()
  })

  it('gives nothing up without being told how often to try', async () => {
    let failures = 50
    const { writes, flushes, clock } = make({
      flush() {
        if (failures-- > 0) throw new Error('away')
      },
    })
    await writes.write('a', 1)
    await pass(clock, 60_000, 500)
    expect(flushes).toEqual(['a=1'])
    await writes.close()
  })

  it('gives up a flush that hangs, and tells it so', async () => {
    const signals: AbortSignal[] = []
    const { writes, flushes, clock } = make({
      flush(_entries, { signal }) {
        signals.push(signal)
        return signals.length === 1 ? new Promise(() => undefined) : undefined
      },
    })
    await writes.write('a', 1)
    await pass(clock, 10_900, 100)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await pass(clock, 500, 100)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(flushes).toEqual(['a=1'])
    await writes.close()
  })

  it('survives whatever a flush throws or answers', async () => {
    const answers: (() => unknown)[] = [
      () => Number.NaN,
      () => {
        // oxlint-disable-next-line eslint/no-throw-literal, typescript/only-throw-error -- as apps do
        throw undefined
      },
      () => Promise.reject('text'),
      () => 'nonsense',
    ]
    const { writes, source, clock } = make({ flush: () => answers.shift()?.() })
    for (const value of [1, 2, 3]) {
      await writes.write('a', value)
      await pass(clock, 2_000)
    }
    expect(source.get('a')).toBe(3)
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

  it('rejects a flush that was asked for when the source refuses it, and keeps the write', async () => {
    let failures = 1
    const { writes, flushes } = make({
      flush() {
        if (failures-- > 0) throw new Error('away')
      },
    })
    await writes.write('a', 1)
    await expect(writes.flush()).rejects.toThrow('away')
    await writes.flush()
    expect(flushes).toEqual(['a=1'])
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
