import { manualClock } from '@forebay/testing'
import { expect, it } from 'vitest'
import { MemoryLocks } from '../../../packages/core/src/memory/memory-locks.ts'

it('gives a key to one holder at a time', () => {
  const locks = new MemoryLocks(manualClock())
  const first = locks.acquire('k', 1_000)
  expect(first).toBeDefined()
  expect(locks.acquire('k', 1_000)).toBeUndefined()
  expect(locks.acquire('other', 1_000)).toBeDefined()
  void first?.release()
  expect(locks.acquire('k', 1_000)).toBeDefined()
})

it('frees the key of a holder that died, and fences it off', () => {
  const clock = manualClock()
  const locks = new MemoryLocks(clock)
  const dead = locks.acquire('k', 1_000)
  clock.advance(1_000)
  const next = locks.acquire('k', 1_000)
  expect(next?.token).toBeGreaterThan(dead?.token ?? Infinity)
  expect(dead?.renew(5_000)).toBe(false)
  void dead?.release()
  expect(locks.acquire('k', 1_000)).toBeUndefined()
})

it('is held for as long as it is renewed', () => {
  const clock = manualClock()
  const locks = new MemoryLocks(clock)
  const lease = locks.acquire('k', 1_000)
  for (let step = 0; step < 5; step++) {
    clock.advance(900)
    expect(lease?.renew(1_000)).toBe(true)
  }
  expect(locks.acquire('k', 1_000)).toBeUndefined()
})
