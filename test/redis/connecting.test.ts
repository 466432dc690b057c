/** One server by its url: who, which database, under which names; and what is said when that fails. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRateLimiter } from '@forebay/core'
import { redisBackend, redisBackendFromEnv } from '@forebay/redis'
import { chargesOf, take } from './asking.ts'
import { freePort } from './free-port.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

let node: RedisNode
let at = ''

beforeAll(async () => {
  node = await startRedisNode()
  at = `127.0.0.1:${node.port}`
  await node.command('ACL', 'SETUSER', 'an@n', 'on', '>p@ss/w:rd%', '~*', '&*', '+@all')
})

afterAll(() => node.stop())

const connections = async (): Promise<number> => {
  const clients = String(await node.command('CLIENT', 'LIST'))
  return clients.split('\n').filter((line) => line.includes('name=forebay')).length
}

describe('a backend', () => {
  it('opens no socket before it is used, one when it is, and none after it is closed', async () => {
    await until('the sockets of others to be gone', async () => (await connections()) === 0)
    await using backend = redisBackend(`redis://${at}`, { timeout: '5s' })
    expect(await connections()).toBe(0)
    await Promise.all([take(backend, 'a'), take(backend, 'b'), backend.health()])
    expect(await connections()).toBe(1)
    await Promise.all([backend.close(), backend.close()])
    await backend.close()
    await until('the socket to be gone', async () => (await connections()) === 0)
    await expect(backend.limits.peek('test', 'a', chargesOf(9))).rejects.toMatchObject({
      code: 'FOREBAY_CLOSED',
    })
    expect(await backend.health()).toMatchObject({ ok: false, detail: 'The Redis backend is closed.' })
  })

  it('that is closed while it is still used answers by the mode for failures, and the log says so once', async () => {
    const lines: string[] = []
    const note = (...words: unknown[]): void => void lines.push(words.join(' '))
    const logger = { warn: note, error: note }
    await using backend = redisBackend(`redis://${at}`, { timeout: '5s', prefix: ownPrefix(), logger })
    const limiter = createRateLimiter({
      limit: 5,
      window: '1m',
      timeout: '5s',
      name: 'late',
      backend,
      logger,
    })
    expect(await limiter.consume('key')).toMatchObject({ source: 'backend' })
    const pending = limiter.consume('key')
    await backend.close()
    expect((await pending).allowed).toBe(true)
    expect(await limiter.consume('key')).toMatchObject({ allowed: true, source: 'local' })
    await expect(limiter.reset('key')).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
    expect(lines).toEqual([
      expect.stringMatching(/redis backend is closed, and rate limiter late still asks it/),
    ])
  })

  it('that is closed unused opens no socket either', async () => {
    let sockets = 0
    const server = createServer(() => sockets++)
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const backend = redisBackend(`redis://127.0.0.1:${port}`, { timeout: '5s' })
    await backend.close()
    await new Promise((resolve) => server.close(resolve))
    expect(sockets).toBe(0)
  })

  it('is closed by `await using`', async () => {
    {
      await using backend = redisBackend(`redis://${at}`, { timeout: '5s' })
      await take(backend, 'using')
    }
    await until('the socket to be gone', async () => (await connections()) === 0)
  })

  it('writes to the database that was asked for, under its prefix', async () => {
    await using backend = redisBackend(`redis://${at}/3`, { prefix: 'third:', timeout: '5s' })
    await take(backend, 'a')
    await using zero = redisBackendFromEnv({ FOREBAY_REDIS_URL: `redis://${at}`, FOREBAY_PREFIX: 'zero:' })
    await take(zero!, 'a')
    const keyspace = String(await node.command('INFO', 'keyspace'))
    expect(keyspace).toMatch(/db3:keys=1,expires=1/)
    const keys = (await node.command('KEYS', '*')) as string[]
    expect(keys.some((key) => key.startsWith('third:'))).toBe(false)
    expect(keys.some((key) => key.startsWith('zero:'))).toBe(true)
  })

  it('keeps prefixes apart', async () => {
    await using one = redisBackend(`redis://${at}`, { prefix: ownPrefix(), timeout: '5s' })
    await using other = redisBackend(`redis://${at}`, { prefix: ownPrefix(), timeout: '5s' })
    expect([await take(one, 'k'), await take(one, 'k'), await take(other, 'k')]).toEqual([99, 98, 99])
  })

  it('is the user that the url or the environment names', async () => {
    await using byUrl = redisBackend(`redis://an%40n:p%40ss%2Fw%3Ard%25@${at}`, { timeout: '5s' })
    await take(byUrl, 'acl')
    expect(String(await node.command('CLIENT', 'LIST'))).toContain('user=an@n')
    await using byEnvironment = redisBackendFromEnv({
      FOREBAY_REDIS_URL: `redis://${at}`,
      FOREBAY_REDIS_USERNAME: 'an@n',
      FOREBAY_REDIS_PASSWORD: 'p@ss/w:rd%',
      FOREBAY_REDIS_DB: '0',
      FOREBAY_REDIS_TLS: 'false',
    })
    expect(await byEnvironment?.health()).toMatchObject({ ok: true, detail: 'Redis answers' })
  })
})

describe('what is wrong is said by health, and harms nobody', () => {
  const detailOf = async (url: string): Promise<string> => {
    await using backend = redisBackend(url, { timeout: '5s' })
    const { ok, detail, latencyMs } = await backend.health()
    expect(ok).toBe(false)
    expect(latencyMs).toBeGreaterThan(0)
    await expect(take(backend, 'a')).rejects.toThrow()
    return detail
  }

  it('a password', async () => {
    expect(await detailOf(`redis://an%40n:wrong@${at}`)).toContain('WRONGPASS')
  })

  it('no password', async () => {
    await using locked = await startRedisNode()
    await locked.command('CONFIG', 'SET', 'requirepass', 'secret')
    expect(await detailOf(`redis://127.0.0.1:${locked.port}`)).toContain('NOAUTH')
    await using backend = redisBackend(`redis://:secret@127.0.0.1:${locked.port}`, { timeout: '5s' })
    expect(await backend.health()).toMatchObject({ ok: true })
  })

  it('a host that nobody knows', async () => {
    expect(await detailOf('redis://nobody.invalid')).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  it.each(['127.0.0.1', 'localhost', '[::1]'])('nobody there, by the name of %s', async (host) => {
    expect(await detailOf(`redis://${host}:${await freePort()}`)).toMatch(/ECONNREFUSED|EADDRNOTAVAIL/)
  })

  it('a database that is not there: nothing is written to another one', async () => {
    const before = await node.command('DBSIZE')
    expect(await detailOf(`redis://${at}/99`)).toContain('DB index is out of range')
    expect(await node.command('DBSIZE')).toBe(before)
  })

  it('a server that says something else', async () => {
    const server = createServer((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
    )
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    expect(await detailOf(`redis://127.0.0.1:${port}`)).toContain('Redis is not available: ')
    await new Promise((resolve) => server.close(resolve))
  })

  it('a replica that takes no writes', async () => {
    await using replica = await startRedisNode({
      args: ['--save', '', '--replicaof', '127.0.0.1', `${node.port}`],
    })
    expect(await detailOf(`redis://127.0.0.1:${replica.port}`)).toContain('READONLY')
  })

  it('a server without memory left', async () => {
    await using full = await startRedisNode({ args: ['--save', '', '--maxmemory', '1kb'] })
    expect(await detailOf(`redis://127.0.0.1:${full.port}`)).toContain('OOM')
  })
})
