/** A backend that was closed before those who use it: no outage, and nobody waits for its end. */
import { expect, it, vi } from 'vitest'
import { createCache, createResponseCache } from '@forebay/core'
import { farBackend, type FarBackend } from './guarded-backend.ts'

const closedLine = (who: string, operation: string): string =>
  `forebay: the far backend is closed, and ${who} still asks it (${operation}); it is done without from now on`

const close = (far: FarBackend): void => {
  far.calls = far.health = 'closed'
}

it('is done without from the first call on, and is never asked again, not even how it is', async () => {
  const far = farBackend()
  const limiter = far.limiter({ name: 'login' })
  await limiter.consume('key')
  close(far)
  expect(await limiter.consume('key')).toMatchObject({ source: 'local', allowed: true })
  const { asked, probed } = far
  far.calls = far.health = 'works'
  await far.pass(5_000)
  expect(limiter.consume('key')).toMatchObject({ source: 'local' })
  await far.pass(5_000)
  expect([far.asked - asked, far.probed - probed]).toEqual([0, 0])
  expect(limiter.stats().backend).toBe('open')
})

it('is told of in one line that says so, whoever else is on it', async () => {
  const far = farBackend()
  const { backend, logger } = far
  const limiter = far.limiter({ name: 'login' })
  const values = createCache({ namespace: 'v', ttl: '1m', backend, logger })
  close(far)
  await limiter.consume('key')
  await limiter.consume('key')
  expect(await values.get('key')).toBeUndefined()
  await far.pass(70_000)
  expect(logger.error).not.toHaveBeenCalled()
  expect(logger.warn.mock.calls).toEqual([[closedLine('rate limiter login', 'consume')]])
})

it('is told of during an outage, which then has no end', async () => {
  const far = farBackend()
  const limiter = far.limiter({ name: 'login' })
  far.calls = far.health = 'fails'
  await limiter.consume('key')
  close(far)
  await limiter.consume('key')
  await far.pass(5_000)
  expect(far.logger.error).toHaveBeenCalledTimes(1)
  expect(far.logger.warn.mock.calls).toEqual([[closedLine('rate limiter login', 'consume')]])
})

it('answers what the app asks itself with FOREBAY_CLOSED, the first time and every time', async () => {
  const far = farBackend()
  const { backend, logger } = far
  const limiter = far.limiter()
  const pages = createResponseCache({ backend, logger })
  close(far)
  for (let time = 0; time < 2; time++) {
    await expect(limiter.reset('key')).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
    await expect(pages.invalidateTags('a')).rejects.toMatchObject({
      code: 'FOREBAY_CLOSED',
      message: expect.stringMatching(
        /has not confirmed the invalidation: .*closed\..* It holds in this process only\.$/,
      ),
    })
  }
})

it('leaves a failed purge to nobody: nothing is tried again without end', async () => {
  const far = farBackend()
  const pages = createResponseCache({ backend: far.backend, logger: far.logger })
  close(far)
  await expect(pages.invalidateTags('a')).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
  await far.pass(1_000)
  const scheduled = vi.spyOn(far.clock, 'schedule')
  await far.pass(5_000)
  expect(scheduled).not.toHaveBeenCalled()
})
