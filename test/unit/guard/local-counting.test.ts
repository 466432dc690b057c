/** What a limiter counts by itself while the backend is away stays apart from what the backend counts. */
import { expect, it } from 'vitest'
import type { Decision } from '@forebay/core'
import { farBackend } from './guarded-backend.ts'

const rule = { limit: 4, window: '1m', algorithm: 'fixed-window' } as const

it('holds over outages that follow each other within a window', async () => {
  const far = farBackend()
  const limiter = far.limiter(rule)
  let admitted = 0
  for (let outage = 0; outage < 10; outage++) {
    far.calls = 'fails'
    for (let time = 0; time < 2; time++) if ((await limiter.consume('key')).allowed) admitted++
    far.calls = 'works'
    // Another client's request finds the backend well.
    await limiter.consume('other', { cost: 0 })
  }
  expect(admitted).toBe(4)
})

it('is not carried into the backend, and is forgotten when its windows are over', async () => {
  const far = farBackend()
  const limiter = far.limiter(rule)
  await limiter.consume('key')
  far.calls = 'fails'
  for (let time = 0; time < 4; time++) await limiter.consume('key')
  far.calls = 'works'
  expect(await limiter.consume('key')).toMatchObject({ remaining: 2, source: 'backend' })
  far.clock.advance(60_000)
  far.calls = 'fails'
  expect(await limiter.consume('key')).toMatchObject({ remaining: 3, source: 'local' })
})

it('takes no correction of what was charged elsewhere', async () => {
  const far = farBackend()
  const limiter = far.limiter(rule)
  const charges = limiter.charges.map(({ policy }) => ({ policy, units: -1 }))
  const correct = async (decision: Decision): Promise<void> => {
    await Promise.resolve(limiter.adjust({ group: limiter.group, key: 'key', charges, decision })).catch(
      () => {},
    )
  }
  const byBackend = await limiter.consume('key')
  far.calls = 'fails'
  const byItself: Decision[] = []
  for (let time = 0; time < 4; time++) byItself.push(await limiter.consume('key'))
  // Charged by the backend: nothing comes back here.
  await correct(byBackend)
  expect(await limiter.consume('key')).toMatchObject({ allowed: false, source: 'local' })
  // Charged here: it comes back here, and not to the backend.
  far.calls = 'works'
  await correct(byItself[0]!)
  await far.pass(500)
  expect(await limiter.consume('key', { cost: 0 })).toMatchObject({ remaining: 3, source: 'backend' })
  far.calls = 'fails'
  expect(await limiter.consume('key')).toMatchObject({ allowed: true, remaining: 0, source: 'local' })
})

it('takes no correction of what was charged here before it was forgotten', async () => {
  const far = farBackend()
  const limiter = far.limiter({ ...rule, algorithm: 'sliding-log' })
  far.calls = 'fails'
  const old = await limiter.consume('key')
  far.calls = 'works'
  await limiter.consume('other')
  far.clock.advance(60_000)
  far.calls = 'fails'
  for (let time = 0; time < 4; time++) await limiter.consume('key')
  const charges = limiter.charges.map(({ policy }) => ({ policy, units: -1 }))
  await limiter.adjust({ group: limiter.group, key: 'key', charges, decision: old })
  expect(await limiter.consume('key')).toMatchObject({ allowed: false })
})

it('asks nothing again that was given up: what may have been counted is not counted twice', async () => {
  const far = farBackend()
  const limiter = far.limiter(rule)
  far.calls = 'hangs'
  const decision = limiter.consume('key')
  await far.pass(110)
  await decision
  far.calls = 'works'
  await far.pass(2_000)
  expect(far.asked).toBe(1)
})

it('tells the application at once that what it asks for cannot be done', async () => {
  const far = farBackend()
  const limiter = far.limiter(rule)
  far.calls = far.health = 'hangs'
  void limiter.consume('key')
  await far.pass(110)
  const before = far.asked
  const failed = { code: 'FOREBAY_UNAVAILABLE' }
  await expect(limiter.refund('key', 1)).rejects.toMatchObject(failed)
  await expect(limiter.block('key', '1m')).rejects.toMatchObject(failed)
  await expect(limiter.reset('key')).rejects.toMatchObject(failed)
  expect(await limiter.peek('key')).toMatchObject({ source: 'local' })
  expect(far.asked).toBe(before)
})
