/** What happens to one Redis while it counts: nothing is admitted wrongly or counted twice, and decisions resume by themselves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { chargesOf, failsWithin, load, take } from './asking.ts'
import { startCuttingFront } from './cutting-front.ts'
import { freePort } from './free-port.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

let backends = 0
const open = (port: number = node.port, timeout: number = 1_000): RedisBackend =>
  redisBackend(`redis://127.0.0.1:${port}`, { prefix: `faults${++backends}:`, timeout })

describe('under load', () => {
  it('SCRIPT FLUSH costs nothing', async () => {
    await using backend = open(node.port, 5_000)
    const running = load(backend, 100_000)
    for (let time = 0; time < 5; time++) {
      const before = running.decided()
      await node.command('SCRIPT', 'FLUSH')
      await until('decisions', () => running.decided() > before + 50)
    }
    const { admitted, failed, used } = await running.stop()
    expect([failed, used]).toEqual([0, admitted])
  })

  it('CLIENT KILL fails what was on its way, and nothing else', async () => {
    await using backend = open()
    const running = load(backend, 100_000)
    for (let time = 0; time < 5; time++) {
      const before = running.decided()
      await node.command('CLIENT', 'KILL', 'TYPE', 'normal')
      await until('decisions to resume', () => running.decided() > before + 50)
    }
    const { admitted, failed, used } = await running.stop()
    // What failed may have been counted, once.
    expect(used).toBeGreaterThanOrEqual(admitted)
    expect(used).toBeLessThanOrEqual(admitted + failed)
  })

  it('a quota is never exceeded, whatever breaks', async () => {
    await using backend = open()
    const running = load(backend, 500)
    await until('half of it', () => running.decided() > 100)
    await node.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await node.command('SCRIPT', 'FLUSH')
    await until('all of it', () => running.denied() > 100)
    const { admitted } = await running.stop()
    expect(admitted).toBeLessThanOrEqual(500)
    expect(admitted).toBeGreaterThan(300)
  })
})

it('an answer that is lost is not asked for again', async () => {
  await using front = await startCuttingFront(node.port)
  await using backend = open(front.port)
  expect(await take(backend, 'a')).toBe(99)
  for (let time = 1; time <= 3; time++) {
    front.cutNextAnswer()
    await expect(take(backend, 'a')).rejects.toThrow()
    await until('it to be back', async () => (await backend.health()).ok)
    expect(await take(backend, 'a')).toBe(99 - 2 * time)
  }
})

it('a server that comes up after the app is used, and again after it was away', async () => {
  const port = await freePort()
  await using backend = open(port)
  await expect(take(backend, 'a')).rejects.toThrow('Redis is not available: connect ECONNREFUSED')
  for (let time = 0; time < 2; time++) {
    await using server = await startRedisNode({ port })
    await until('it to be used', async () => (await backend.health()).ok)
    expect(await take(backend, 'a')).toBe(99)
    await server.kill()
    await until('its absence to be noticed', async () => !(await backend.health()).ok)
    expect(await failsWithin(500, take(backend, 'a'))).toBe(true)
  }
})

it('a server that is silent costs one deadline, and is used again as soon as it speaks', async () => {
  await using server = await startRedisNode()
  await using backend = open(server.port)
  expect(await take(backend, 'a')).toBe(99)
  server.pause()
  const lost = Array.from({ length: 5 }, () => take(backend, 'a'))
  for (const { status } of await Promise.allSettled(lost)) expect(status).toBe('rejected')
  expect(await failsWithin(500, take(backend, 'a'))).toBe(true)
  // Longer than a silent connection is kept.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  server.resume()
  await until('it to be used', async () => (await backend.health()).ok)
  const left = await take(backend, 'a')
  // What waited in the socket of the first connection was decided after all, each once.
  expect([98, 93]).toContain(left)
})

it('a master that became a replica admits nothing, and counts on when it is a master again', async () => {
  await using server = await startRedisNode()
  await using backend = open(server.port)
  expect(await take(backend, 'a')).toBe(99)
  await server.command('REPLICAOF', '127.0.0.1', String(await freePort()))
  for (let time = 0; time < 5; time++) await expect(take(backend, 'a')).rejects.toThrow()
  expect((await backend.health()).ok).toBe(false)
  await server.command('REPLICAOF', 'NO', 'ONE')
  await until('it to be used', async () => (await backend.health()).ok)
  expect(await take(backend, 'a')).toBe(98)
})

it.each([
  ['list', `redis.call('RPUSH', KEYS[1], 'x')`],
  ['hash', `redis.call('HSET', KEYS[1], 'x', 'y')`],
  ['text', `redis.call('SET', KEYS[1], 'x')`],
  ['list of numbers', `redis.call('SET', KEYS[1], cmsgpack.pack({ 1, 2, 3 }))`],
  ['block of another form', `redis.call('SET', KEYS[1], cmsgpack.pack({ b = 'x', d = 1 }))`],
  ['denial of another form', `redis.call('SET', KEYS[1], cmsgpack.pack({ d = {} }))`],
])('a key that somebody turned into a %s heals', async (_kind, turn) => {
  await using backend = open()
  await take(backend, 'a')
  const keys = (await node.command('KEYS', `faults${backends}:*`)) as string[]
  const key = keys.find((name) => name.includes('l4:')) ?? ''
  await node.command('DEL', key)
  await node.command('EVAL', turn, '1', key)
  expect(await take(backend, 'a')).toBe(99)
  expect(await take(backend, 'a')).toBe(98)
  expect(await node.command('PTTL', key)).toBeGreaterThan(0)
})

it('a log whose lines were lost or replaced begins anew', async () => {
  await using backend = open()
  const [charge] = chargesOf(9)
  const log = [{ units: 1, policy: { ...charge!.policy, algorithm: 'sliding-log' as const } }]
  const remaining = async (): Promise<number> => (await backend.limits.consume('log', 'a', log)).remaining
  expect([await remaining(), await remaining()]).toEqual([8, 7])
  const keys = (await node.command('KEYS', `faults${backends}:*`)) as string[]
  const lines = keys.find((name) => /l4:.*:/.test(name)) ?? ''
  await node.command('DEL', lines)
  expect(await remaining()).toBe(8)
  await node.command('DEL', lines)
  await node.command('RPUSH', lines, 'x')
  expect(await remaining()).toBe(8)
})

const algorithms = ['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra'] as const

describe.each(algorithms)('a record of %s with a number that nobody wrote', (algorithm) => {
  it.each(['nan', 'inf', '-1', '0.5', '1e300'])('decides, and ends by itself: %s', async (number) => {
    await using backend = open(node.port, 5_000)
    const [charge] = chargesOf(9)
    const asked = [{ units: 1, policy: { ...charge!.policy, algorithm } }]
    const change = `return redis.call('SETRANGE', KEYS[1], ARGV[1], struct.pack('<d', tonumber(ARGV[2])))`
    const keys = async (): Promise<string[]> =>
      (await node.command('KEYS', `faults${backends}:*`)) as string[]
    await backend.limits.consume('a', 'a', asked)
    const key = (await keys()).find((name) => /l4:[^:]*$/.test(name)) ?? ''
    const bytes = (await node.command('STRLEN', key)) as number
    for (let at = 14; at < bytes; at += 8) {
      await node.command('EVAL', change, '1', key, String(at), number)
      for (let time = 0; time < 2; time++) {
        const { remaining, resetAt } = await backend.limits.consume('a', 'a', asked)
        expect(remaining).toBeGreaterThanOrEqual(0)
        expect(resetAt).not.toBeNaN()
      }
      for (const name of await keys()) expect(await node.command('PTTL', name)).toBeGreaterThan(0)
      await backend.limits.reset('a', 'a', [asked[0]!.policy])
      await backend.limits.consume('a', 'a', asked)
    }
  })
})

it('a charge of a bucket can be corrected for as long as an empty one takes to fill', async () => {
  await using backend = open(node.port, 5_000)
  const policy = { name: 'a', algorithm: 'token-bucket', limit: 2, windowMs: 1_000, burst: 8 } as const
  for (const units of [1, 0, 1]) await backend.limits.consume('a', 'a', [{ policy, units }])
  const [key = ''] = (await node.command('KEYS', `faults${backends}:*`)) as string[]
  expect(await node.command('PTTL', key)).toBeGreaterThan(4_000)
})

it('a bucket that takes longer to fill than Redis counts is counted, and ends', async () => {
  await using backend = open(node.port, 5_000)
  const burst = Number.MAX_SAFE_INTEGER
  const policy = { name: 'a', algorithm: 'token-bucket', limit: 1, windowMs: 315_360_000_000, burst } as const
  for (const left of [burst - 1e9, burst - 2e9]) {
    const { remaining } = await backend.limits.consume('a', 'a', [{ policy, units: 1e9 }])
    expect(remaining).toBe(left)
  }
  const [key = ''] = (await node.command('KEYS', `faults${backends}:*`)) as string[]
  expect(await node.command('PTTL', key)).toBeGreaterThan(0)
})
