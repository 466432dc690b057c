/** What nodes tell each other of denials that ended, on a bus that may not take it. */
import type { Bus, BusListener } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { expect, it } from 'vitest'
import { LiftsOnBus } from '../../../packages/redis/src/limits/lifts.ts'

interface Listening {
  readonly topic: string
  readonly listener: BusListener
}

function busWith(publish: Bus['publish']): { readonly bus: Bus; readonly listening: Listening[] } {
  const listening: Listening[] = []
  const bus: Bus = {
    publish,
    subscribe(topic, listener) {
      listening.push({ topic, listener })
      return () => undefined
    },
    isLive: (topic) => listening.some((one) => one.topic === topic),
  }
  return { bus, listening }
}

it('says it again when the bus does not take it, and stops once it did', async () => {
  const clock = manualClock()
  let failures = 2
  const said: string[] = []
  const { bus } = busWith(async (_, message) => {
    said.push(message)
    if (failures-- > 0) throw new Error('down')
  })
  await new LiftsOnBus(bus, clock).tell('key', 10_000)
  expect(said).toEqual(['key'])
  for (let passed = 0; passed < 5_000; passed += 100) {
    clock.advance(100)
    await new Promise(setImmediate)
  }
  expect(said).toEqual(['key', 'key', 'key'])
})

it('gives up when nobody would deny the key any more', async () => {
  const clock = manualClock()
  let times = 0
  const { bus } = busWith(() => {
    times++
    throw new Error('down')
  })
  await new LiftsOnBus(bus, clock).tell('key', 10_000)
  for (let passed = 0; passed < 60_000; passed += 100) {
    clock.advance(100)
    await new Promise(setImmediate)
  }
  // After 0, 200, 600, 1,400, 3,000 and 6,200 ms.
  expect(times).toBe(6)
})

it('listens once, and passes on what it hears', () => {
  const { bus, listening } = busWith(() => undefined)
  const lifts = new LiftsOnBus(bus, manualClock())
  const heard: string[] = []
  const listener = { lifted: (name: string) => heard.push(name), missed: () => heard.push('missed') }
  expect(lifts.isHeard()).toBe(false)
  lifts.hear(listener)
  lifts.hear(listener)
  expect(listening).toHaveLength(1)
  expect(lifts.isHeard()).toBe(true)
  listening[0]?.listener.message('key')
  listening[0]?.listener.gap()
  expect(heard).toEqual(['key', 'missed'])
})
