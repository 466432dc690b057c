/** When a backend is given up, how long nobody asks it, and how it comes back. */
import { describe, expect, it } from 'vitest'
import { createResponseCache, type Decision } from '@forebay/core'
import { farBackend } from './guarded-backend.ts'

it('gives up a backend that says nothing after one deadline, and makes nobody wait from then on', async () => {
  const far = farBackend()
  const limiter = far.limiter()
  far.calls = far.health = 'hangs'
  const first = limiter.consume('key')
  expect(first).toBeInstanceOf(Promise)
  await far.pass(110)
  expect(await first).toMatchObject({ source: 'local', allowed: true, remaining: 2 })
  expect(limiter.stats().backend).toBe('open')
  const before = far.asked
  for (const remaining of [1, 0]) {
    expect(limiter.consume('key')).toMatchObject({ source: 'local', allowed: true, remaining })
  }
  expect(limiter.consume('key')).toMatchObject({ source: 'local', allowed: false })
  await far.pass(3_000)
  expect(limiter.consume('other')).toMatchObject({ source: 'local', allowed: true })
  expect(far.asked).toBe(before)
})

it('is one for all limiters and caches on the backend', async () => {
  const far = farBackend()
  const [one, other] = [far.limiter({ name: 'one' }), far.limiter({ name: 'other' })]
  const cache = createResponseCache({ backend: far.backend, logger: far.logger })
  far.calls = far.health = 'hangs'
  void one.consume('key')
  await far.pass(110)
  const before = far.asked
  expect(other.consume('key')).toMatchObject({ source: 'local' })
  await expect(cache.invalidateTags('a')).rejects.toMatchObject({ code: 'FOREBAY_UNAVAILABLE' })
  expect([other.stats().backend, cache.stats().backend, far.asked - before]).toEqual(['open', 'open', 0])
})

it('gives up a backend that refuses five calls in a row, and not one that refuses some', async () => {
  const far = farBackend()
  const limiter = far.limiter({ limit: 100 })
  const fail = async (times: number): Promise<void> => {
    far.calls = 'fails'
    for (let time = 0; time < times; time++) await limiter.consume('key')
    far.calls = 'works'
  }
  for (let time = 0; time < 5; time++) {
    await fail(4)
    expect(limiter.stats().backend).toBe('closed')
    expect(await limiter.consume('key')).toMatchObject({ source: 'backend' })
  }
  await fail(5)
  expect(limiter.stats().backend).toBe('open')
})

it('does without what refuses, and goes on with what works', async () => {
  const far = farBackend()
  const limiter = far.limiter()
  const cache = createResponseCache({ backend: far.backend, logger: far.logger })
  far.calls = 'fails'
  for (let time = 0; time < 5; time++) await limiter.consume('key')
  far.calls = 'works'
  expect([limiter.stats().backend, cache.stats().backend]).toEqual(['open', 'closed'])
  await cache.invalidateTags('a')
})

it('waits for a slow answer as long as others come in time', async () => {
  const far = farBackend()
  const limiter = far.limiter({ limit: 100 })
  const slowly = async (): Promise<Decision> => {
    far.calls = 'hangs'
    const decision = limiter.consume('key')
    far.calls = 'works'
    await far.pass(50)
    await limiter.consume('key')
    await far.pass(60)
    return decision
  }
  for (let time = 0; time < 4; time++) expect(await slowly()).toMatchObject({ source: 'local' })
  expect(limiter.stats().backend).toBe('closed')
})

it('lets a request wait in vain once: after a call without an answer the next ones are not waited for as long', async () => {
  const far = farBackend()
  const limiter = far.limiter({ limit: 100 })
  await limiter.consume('key')
  /** Asked of a part that does not answer, while another does. */
  const waited = async (): Promise<number> => {
    far.calls = 'hangs'
    const began = far.clock.now()
    const asked = Promise.resolve(limiter.consume('lost')).then(() => far.clock.now() - began)
    far.calls = 'works'
    await limiter.consume('key')
    await far.pass(100)
    return await asked
  }
  expect([await waited(), await waited(), await waited()]).toEqual([100, 10, 10])
  await far.pass(300)
  expect(await waited()).toBe(100)
  expect(limiter.stats().backend).toBe('closed')
})

describe('the way back', () => {
  const open = async () => {
    const far = farBackend()
    const limiter = far.limiter({ limit: 100 })
    far.calls = far.health = 'hangs'
    void limiter.consume('key')
    await far.pass(110)
    return { far, ask: () => limiter.consume('key'), state: () => limiter.stats().backend }
  }

  it('is found within a second, by one call that tries', async () => {
    const { far, ask, state } = await open()
    await far.pass(5_000)
    far.calls = far.health = 'works'
    let passed = 0
    for (; state() === 'open' && passed < 1_000; passed += 10) await far.pass(10)
    expect(state()).toBe('half-open')
    expect(passed).toBeLessThan(1_000)
    const trial = ask()
    expect(ask()).toMatchObject({ source: 'local' })
    expect(await trial).toMatchObject({ source: 'backend' })
    expect(state()).toBe('closed')
    expect(await ask()).toMatchObject({ source: 'backend' })
  })

  it('is taken for granted when nobody asks', async () => {
    const { far, state } = await open()
    far.calls = far.health = 'works'
    await far.pass(900)
    expect(state()).toBe('closed')
    const probed = far.probed
    await far.pass(5_000)
    expect(far.probed).toBe(probed)
  })

  it('is closed again by a trial that fails, and is tried at most every 250 ms', async () => {
    const { far, ask } = await open()
    far.health = 'works'
    far.calls = 'fails'
    const before = far.asked
    for (let step = 0; step < 300; step++) {
      await ask()
      await far.pass(10)
    }
    expect(far.asked - before).toBeGreaterThan(2)
    expect(far.asked - before).toBeLessThan(12)
    expect(far.logger.error).toHaveBeenCalledTimes(1)
    expect(far.logger.warn).not.toHaveBeenCalled()
    far.calls = 'works'
    await far.pass(1_000)
    expect(await ask()).toMatchObject({ source: 'backend' })
    expect(far.logger.warn).toHaveBeenCalledTimes(1)
  })

  it('is asked for by one probe at a time, and not at all when nobody has wanted anything for a minute', async () => {
    const { far, ask } = await open()
    far.health = 'hangs'
    const before = far.probed
    await far.pass(2_000)
    // Each takes its 100 ms, and 250 ms pass before the next.
    expect(far.probed - before).toBeLessThan(7)
    await far.pass(70_000)
    const idle = far.probed
    await far.pass(30_000)
    expect(far.probed).toBe(idle)
    await ask()
    far.health = far.calls = 'works'
    await far.pass(500)
    expect(await ask()).toMatchObject({ source: 'backend' })
  })
})
