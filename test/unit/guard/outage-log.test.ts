/** What the log says of an outage: little, and in time. */
import { expect, it } from 'vitest'
import { farBackend } from './guarded-backend.ts'

it('is one line for all limiters and caches, and one when it is over', async () => {
  const far = farBackend()
  const heard: string[] = []
  const limiters = ['a', 'b', 'c'].map((name) => far.limiter({ name, limit: 100 }))
  for (const limiter of limiters) {
    limiter.on('backend-error', ({ name }) => heard.push(`error ${name}`))
    limiter.on('backend-recovered', ({ name }) => heard.push(`recovered ${name}`))
  }
  await limiters[0]!.consume('key')
  far.calls = far.health = 'hangs'
  void limiters[0]!.consume('key')
  await far.pass(110)
  for (let time = 0; time < 50; time++)
    for (const limiter of limiters.slice(0, 2)) void limiter.consume('key')
  expect(heard).toEqual(['error a', 'error b'])
  far.calls = far.health = 'works'
  await far.pass(500)
  await limiters[1]!.consume('key')
  expect(heard).toEqual(['error a', 'error b', 'recovered a', 'recovered b'])
  expect(far.logger.error).toHaveBeenCalledTimes(1)
  expect(far.logger.error.mock.calls[0]).toEqual([
    'forebay: the far backend failed at consume, for rate limiter a; until it answers it is done without',
    expect.any(Error),
  ])
  expect(far.logger.warn.mock.calls).toEqual([['forebay: the far backend answers again']])
})

it('is nothing when only the first connection is slow, and nobody waits longer for it than for anything else', async () => {
  const far = farBackend()
  const limiter = far.limiter({ limit: 100 })
  far.calls = far.health = 'hangs'
  const first = limiter.consume('key')
  await far.pass(110)
  expect(await first).toMatchObject({ source: 'local' })
  await far.pass(1_500)
  far.calls = far.health = 'works'
  await far.pass(500)
  expect(await limiter.consume('key')).toMatchObject({ source: 'backend' })
  await far.pass(5_000)
  expect(far.logger.error).not.toHaveBeenCalled()
  expect(far.logger.warn).not.toHaveBeenCalled()
})

it('comes late of a backend that never answered, and at once of one that refuses', async () => {
  const silent = farBackend()
  silent.calls = 'hangs'
  silent.health = 'unwell'
  void silent.limiter().consume('key')
  await silent.pass(1_900)
  expect(silent.logger.error).not.toHaveBeenCalled()
  await silent.pass(300)
  expect(silent.logger.error.mock.calls).toEqual([
    [expect.stringMatching(/failed at consume.*done without \(it says: no way to it\)$/), expect.any(Error)],
  ])
  const refusing = farBackend()
  refusing.calls = 'fails'
  await refusing.limiter().consume('key')
  expect(refusing.logger.error).toHaveBeenCalledTimes(1)
})

it('is bounded for a backend that comes and goes, but a long outage is told of in the end', async () => {
  const far = farBackend()
  const limiter = far.limiter({ limit: 1_000 })
  for (let time = 0; time < 50; time++) {
    far.calls = 'fails'
    await limiter.consume('key')
    far.calls = 'works'
    await limiter.consume('key')
  }
  expect(far.logger.error).toHaveBeenCalledTimes(2)
  expect(far.logger.warn).toHaveBeenCalledTimes(2)
  far.calls = 'fails'
  await limiter.consume('key')
  await far.pass(900)
  expect(far.logger.error).toHaveBeenCalledTimes(2)
  await far.pass(200)
  expect(far.logger.error).toHaveBeenCalledTimes(3)
  far.calls = 'works'
  await limiter.consume('key')
  expect(far.logger.warn).toHaveBeenCalledTimes(3)
})

it('harms nobody when the logger throws', async () => {
  const far = farBackend()
  far.logger.error.mockImplementation(() => {
    throw new Error('disk full')
  })
  const limiter = far.limiter()
  far.calls = 'fails'
  expect(await limiter.consume('key')).toMatchObject({ source: 'local' })
})
