/** A client of ioredis 5 or 6 that somebody else opened: used as it is, left open, and waited for no longer than the deadline. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Redis as Redis5, type RedisOptions as Options } from 'ioredis'
import { Redis as Redis6 } from 'ioredis6'
import { redisBackend, type RedisClient } from '@forebay/redis'
import { failsWithin, take } from './asking.ts'
import { startCuttingFront } from './cutting-front.ts'
import { freePort } from './free-port.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

const makers = [
  ['ioredis 5', (options: Options) => new Redis5(options)],
  ['ioredis 6', (options: Options) => new Redis6(options as never) as unknown as Redis5],
] as const

const listenersOf = (client: Redis5): number[] =>
  ['ready', 'close', 'end', 'error'].map((event) => client.listenerCount(event))

describe.each(makers)('a client of %s', (_name, make) => {
  let client: Redis5 | undefined
  const clientOf = (options: Options): Redis5 => {
    client = make({ host: '127.0.0.1', port: node.port, ...options })
    client.on('error', () => undefined)
    return client
  }
  afterEach(() => client?.disconnect())

  it('serves, and is left as it was', async () => {
    const given = clientOf({})
    const before = listenersOf(given)
    const backend = redisBackend(given, { prefix: ownPrefix() })
    expect([await take(backend, 'a'), await take(backend, 'a')]).toEqual([99, 98])
    expect(await backend.health()).toMatchObject({ ok: true })
    await backend.close()
    await backend.close()
    expect(given.status).toBe('ready')
    expect(await given.ping()).toBe('PONG')
    expect(listenersOf(given)).toEqual(before)
    await expect(take(backend, 'a')).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
  })

  it.each([
    { lazyConnect: true },
    { enableAutoPipelining: true },
    { enableOfflineQueue: false, autoResendUnfulfilledCommands: false },
    { keyPrefix: 'theirs:' },
    { stringNumbers: true },
    { enableReadyCheck: false },
    { maxRetriesPerRequest: null },
  ] as Options[])('serves with %j', async (options) => {
    const backend = redisBackend(clientOf(options), { prefix: ownPrefix() })
    await until('it to be ready', async () => (await backend.health()).ok)
    expect([await take(backend, 'a'), await take(backend, 'a')]).toEqual([99, 98])
    await backend.close()
  })

  it('that reads numbers as texts keeps leases and journals, too', async () => {
    const backend = redisBackend(clientOf({ stringNumbers: true }), { prefix: ownPrefix() })
    const lease = await backend.locks.acquire('a', 5_000)
    expect(await lease?.renew(5_000)).toBe(true)
    await lease?.release()
    const record = { key: 'k', value: new Uint8Array([1]) }
    expect(await backend.journal.append('s', [record], 10)).toBe(1)
    const reader = await backend.journal.open('s', 5_000)
    const [read] = (await reader?.read(10)) ?? []
    expect(read).toMatchObject({ key: 'k', wasTaken: false })
    expect(await reader?.acknowledge([read?.id ?? ''])).toBe(true)
    await reader?.release()
    await backend.close()
  })

  it.each([{}, { commandTimeout: 300 }] as Options[])(
    'that hears nothing, with %j, is given up in time, and used again once it hears',
    async (options) => {
      await using silent = await startRedisNode()
      const backend = redisBackend(clientOf({ port: silent.port, ...options }), { timeout: '1s' })
      await until('it to be used', async () => (await backend.health()).ok)
      expect(await take(backend, 'a')).toBe(99)
      silent.pause()
      expect(await failsWithin(4_000, take(backend, 'a'))).toBe(true)
      // Sooner than the deadline: it is known by now.
      expect(await failsWithin(900, take(backend, 'a'))).toBe(true)
      silent.resume()
      await until('it to be used again', async () => (await backend.health()).ok)
      expect(await take(backend, 'b')).toBe(99)
      await backend.close()
    },
  )

  it('that queues while its server is away counts nothing late', async () => {
    const port = await freePort()
    const first = await startRedisNode({ port })
    const backend = redisBackend(clientOf({ port }), { timeout: '1s' })
    await until('it to be used', async () => (await backend.health()).ok)
    expect(await take(backend, 'a')).toBe(99)
    await first.stop()
    expect(await failsWithin(4_000, take(backend, 'a'))).toBe(true)
    expect(await failsWithin(4_000, take(backend, 'a'))).toBe(true)
    await using _back = await startRedisNode({ port })
    await until('it to be used again', async () => (await backend.health()).ok)
    expect(await take(backend, 'a')).toBe(99)
    await backend.close()
  })

  it.each([{}, { retryStrategy: () => 300 }] as Options[])(
    'that sends again what was cut off, with %j, counts it once',
    async (options) => {
      await using front = await startCuttingFront(node.port)
      const given = clientOf({ port: front.port, ...options })
      const backend = redisBackend(given, { prefix: ownPrefix(), timeout: '5s' })
      expect(await take(backend, 'a')).toBe(99)
      front.cutNextAnswer()
      await expect(take(backend, 'a')).rejects.toThrow()
      await until('it to be back', async () => (await backend.health()).ok)
      expect(await take(backend, 'a')).toBe(97)
      await backend.close()
    },
  )

  it('that sends again what was cut off is granted the lease that it asked for twice', async () => {
    await using front = await startCuttingFront(node.port)
    const backend = redisBackend(clientOf({ port: front.port }), { prefix: ownPrefix(), timeout: '5s' })
    await (await backend.locks.acquire('other', 60_000))?.release()
    front.cutNextAnswer()
    const lease = await backend.locks.acquire('key', 60_000)
    expect(await lease?.renew(60_000)).toBe(true)
    await lease?.release()
    expect(await backend.locks.acquire('key', 60_000)).toBeDefined()
    await backend.close()
  })

  it('that its owner ended: said at once', async () => {
    const given = clientOf({})
    await given.ping()
    const backend = redisBackend(given)
    given.disconnect()
    await until('its end', () => given.status === 'end')
    expect(await failsWithin(300, take(backend, 'a'))).toBe(true)
    expect((await backend.health()).detail).toContain('the connection was ended')
    await given.connect()
    await until('it to be used again', async () => (await backend.health()).ok)
    await backend.close()
  })
})

it('knows a client from another copy of ioredis by what it can', () => {
  expect(() => redisBackend({ callBuffer: 1 } as unknown as RedisClient)).toThrow('unknown option')
})
