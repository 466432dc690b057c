/** Flushes that fail, hang or answer nonsense; with a journal and without. */
import { describe, expect, it } from 'vitest'
import { kinds, pass } from './buffered.ts'

describe.each(kinds)('failing flushes %s', (_kind, make) => {
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
    const { writes, flushes, clock, logged } = make({
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
    expect(logged.filter((text) => text.includes('onDeadLetter'))).toHaveLength(1)
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
})
