/** Several processes on one folder: what each may rely on from the others, and from those that died. */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createCache, createRateLimiter } from '@forebay/core'
import { diskBackend } from '@forebay/disk'
import { buildPackages } from '../built-packages.ts'
import { until } from '../redis/until.ts'
import { silent, testFolder, type TestFolder } from './disk-nodes.ts'
import { run, start } from './in-processes.ts'

let folder: TestFolder

beforeAll(buildPackages, 120_000)

beforeEach(() => {
  folder = testFolder()
})

afterEach(() => folder.remove())

it.each(['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra'])(
  '4 processes with 200 decisions each at once on a quota of 50 admit exactly 50, by %s',
  async (algorithm) => {
    const program = `
      const [begin, algorithm] = words
      const limiter = createRateLimiter({ limit: 50, window: '1h', group: 'at once', backend, algorithm })
      await new Promise((resolve) => setTimeout(resolve, begin - Date.now()))
      const decisions = await Promise.all(Array.from({ length: 200 }, () => limiter.consume('client')))
      console.log(JSON.stringify(decisions.filter(({ allowed }) => allowed).length))
      await backend.close()
    `
    const begin = String(Date.now() + 600)
    const admitted = await Promise.all(
      [1, 2, 3, 4].map(() => run<number>(program, folder.path, begin, algorithm)),
    )
    expect(admitted.reduce((sum, one) => sum + one)).toBe(50)
  },
)

it('finds what a process left that has ended, counted and stored, though both were closed', async () => {
  await run(
    `
      const cache = createCache({ namespace: 'kept', ttl: '1h', backend })
      await cache.set('key', { made: 'elsewhere' }, { tags: ['tag'] })
      await createRateLimiter({ limit: 5, window: '1h', group: 'kept', backend }).consume('client', { cost: 3 })
      await cache.close()
      await backend.close()
      console.log('null')
    `,
    folder.path,
  )
  const backend = diskBackend({ path: folder.path, logger: silent })
  const cache = createCache({ namespace: 'kept', ttl: '1h', backend })
  expect(await cache.get('key')).toEqual({ made: 'elsewhere' })
  const limiter = createRateLimiter({ limit: 5, window: '1h', group: 'kept', backend })
  expect((await limiter.peek('client')).remaining).toBe(2)
  await cache.invalidateTags('tag')
  const [found] = await run<unknown[]>(
    `
      const cache = createCache({ namespace: 'kept', ttl: '1h', backend })
      console.log(JSON.stringify([(await cache.get('key')) ?? 'gone']))
      await cache.close()
      await backend.close()
    `,
    folder.path,
  )
  expect(found).toBe('gone')
  await backend.close()
})

it('is whole after its writers were killed in the middle of their work, again and again', async () => {
  const program = `
    const cache = createCache({ namespace: 'killed', ttl: '1h', backend })
    const limiter = createRateLimiter({ limit: 1e9, window: '1h', group: 'killed', backend })
    const value = 'x'.repeat(20_000)
    process.send('working')
    for (let turn = 0; ; turn++) {
      await cache.set('key ' + (turn % 50), { turn, value, check: turn }, { tags: ['tag ' + (turn % 7)] })
      await limiter.consume('client ' + (turn % 50))
      if (turn % 20 === 0) await cache.invalidateTags('tag ' + (turn % 7))
      const lease = await backend.locks.acquire('lock', 50)
      await backend.bus.publish('topic', 'message ' + turn)
      await lease?.release()
      if (turn % 10 === 0) await new Promise(setImmediate)
    }
  `
  const backend = diskBackend({ path: folder.path, logger: silent })
  const cache = createCache<{ turn: number; check: number }>({ namespace: 'killed', ttl: '1h', backend })
  const errors: unknown[] = []
  cache.on('error', (error) => errors.push(error))
  const heard: string[] = []
  const undo = backend.bus.subscribe('topic', { message: (text) => heard.push(text), gap: () => undefined })
  for (let round = 0; round < 4; round++) {
    const writers = await Promise.all([start(program, folder.path), start(program, folder.path)])
    const before = heard.length
    await until('messages of the writers', () => heard.length > before + 20)
    await wait(round * 7)
    for (const writer of writers) {
      const gone = once(writer, 'exit')
      writer.kill('SIGKILL')
      await gone
    }
    for (let key = 0; key < 50; key++) {
      const found = await cache.get(`key ${key}`)
      expect(found?.check).toBe(found?.turn)
    }
    await cache.set('own', { turn: round, check: round })
    expect(await cache.get('own')).toMatchObject({ turn: round })
    await until('the lock of a dead process', async () => {
      const lease = await backend.locks.acquire('lock', 10)
      await lease?.release()
      return lease !== undefined
    })
    expect((await backend.health()).ok).toBe(true)
  }
  expect(errors).toEqual([])
  undo()
  await cache.close()
  await backend.close()
})

it('tells a purge to the other processes within a second', async () => {
  const program = `
    let heard = 0
    backend.bus.subscribe('told', { message: () => process.send(++heard), gap: () => undefined })
    process.on('message', () => undefined)
    process.send('listening')
  `
  const listener = await start(program, folder.path)
  const backend = diskBackend({ path: folder.path, logger: silent })
  const times: number[] = []
  for (let turn = 0; turn < 20; turn++) {
    const answered = once(listener, 'message')
    const begun = performance.now()
    await backend.bus.publish('told', String(turn))
    await answered
    times.push(performance.now() - begun)
  }
  const told = times.toSorted((one, other) => one - other)
  process.stdout.write(
    `heard in another process: median ${told[10]?.toFixed(1)} ms, longest ${told.at(-1)?.toFixed(1)} ms\n`,
  )
  expect(told[10]).toBeLessThan(1_000)
  // Nothing keeps it alive but the channel to its parent.
  const gone = once(listener, 'exit')
  listener.disconnect()
  expect((await gone)[0]).toBe(0)
  await backend.close()
})
