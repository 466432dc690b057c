/** How long a node believes a denial that another node may have lifted. */
import type { Charge, Policy } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { KnownDenials } from '../../../packages/redis/src/limits/known-denials.ts'
import type { LiftListener } from '../../../packages/redis/src/limits/lifts.ts'

const policy: Policy = {
  name: 'p',
  limit: 1,
  windowMs: 60_000,
  algorithm: 'fixed-window',
  burst: 1,
}
const charges: readonly Charge[] = [{ policy, units: 1 }]

describe('a remembered denial', () => {
  let clock: ManualClock
  let denials: KnownDenials
  let bus: { isHeard: boolean; listeners: LiftListener[] }

  beforeEach(() => {
    clock = manualClock()
    bus = { isHeard: false, listeners: [] }
    denials = new KnownDenials(clock, {
      isHeard: () => bus.isHeard,
      hear: (listener) => bus.listeners.push(listener),
      tell: async () => {},
    })
  })

  const note = (name: string, sentAt: number = clock.now()): void => {
    const policies = [
      {
        name: 'p',
        allowed: true,
        limit: 1,
        windowMs: 60_000,
        remaining: 1,
        resetAt: sentAt,
        nextAt: sentAt,
        retryAfterMs: undefined,
        chargedWindow: -1,
      },
    ]
    const finding = { kind: 'blocked', until: sentAt + 60_000, now: sentAt, policies } as const
    denials.note(name, { charges, finding, sentAt, receivedAt: clock.now() }, 60_000)
  }
  const isDenied = (name: string): boolean => denials.decide(name, 'key', charges, undefined) !== undefined

  it('is not listened for before there is one', () => {
    expect(isDenied('a')).toBe(false)
    expect(bus.listeners).toEqual([])
    note('a')
    expect(bus.listeners).toHaveLength(1)
  })

  it('is believed to its end while every lift would be heard', () => {
    bus.isHeard = true
    note('a')
    clock.advance(59_999)
    expect(isDenied('a')).toBe(true)
    clock.advance(1)
    expect(isDenied('a')).toBe(false)
  })

  it('is believed for half a second while none would be heard', () => {
    note('a')
    clock.advance(499)
    expect(isDenied('a')).toBe(true)
    clock.advance(1)
    expect(isDenied('a')).toBe(false)
  })

  it('is doubted when lifts may have been missed since it was noted', () => {
    bus.isHeard = true
    note('a')
    clock.advance(1_000)
    bus.listeners[0]?.missed()
    note('b')
    expect(isDenied('a')).toBe(false)
    clock.advance(10_000)
    expect(isDenied('b')).toBe(true)
  })

  it('ends with its lift, and leaves others as they are', () => {
    bus.isHeard = true
    note('a')
    note('b')
    bus.listeners[0]?.lifted('a')
    expect(isDenied('a')).toBe(false)
    clock.advance(10_000)
    expect(isDenied('b')).toBe(true)
  })

  it('is doubted when its lift may have overtaken it', () => {
    bus.isHeard = true
    note('b')
    const sentAt = clock.now()
    clock.advance(5)
    bus.listeners[0]?.lifted('a')
    note('a', sentAt)
    expect(isDenied('a')).toBe(true)
    clock.advance(495)
    expect(isDenied('a')).toBe(false)
  })
})
