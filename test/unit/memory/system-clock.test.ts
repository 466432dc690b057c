/** The clock of the process: monotonic, on the scale of the epoch, and a test's own while a test replaces the time. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '@forebay/core'

afterEach(() => {
  vi.useRealTimers()
})

describe('systemClock', () => {
  it('tells the time since the epoch by the monotonic clock', () => {
    const now = systemClock().now()
    expect(Math.abs(now - (performance.timeOrigin + performance.now()))).toBeLessThan(5_000)
  })

  it('never runs backwards', () => {
    const clock = systemClock()
    let latest = clock.now()
    for (let reading = 0; reading < 100_000; reading++) {
      const now = clock.now()
      if (now < latest) expect.fail(`${now} after ${latest}`)
      latest = now
    }
  })

  it('tells the same time as every other one in the process', () => {
    const before = systemClock().now()
    const between = systemClock().now()
    expect(between).toBeGreaterThanOrEqual(before)
    expect(systemClock().now()).toBeGreaterThanOrEqual(between)
  })

  it('takes the time of a test that replaces it, also when made before', () => {
    const clock = systemClock()
    vi.useFakeTimers({ now: 1_700_000_000_000 })
    const begun = clock.now()
    expect(clock.now()).toBe(begun)
    vi.advanceTimersByTime(60_000)
    expect(clock.now() - begun).toBe(60_000)
  })

  it('goes on with its own time after the test', () => {
    vi.useFakeTimers()
    const clock = systemClock()
    const faked = clock.now()
    vi.useRealTimers()
    const begun = clock.now()
    expect(clock.now()).toBeGreaterThanOrEqual(begun)
    expect(Number.isFinite(faked)).toBe(true)
    expect(Math.abs(begun - (performance.timeOrigin + performance.now()))).toBeLessThan(5_000)
  })
})
