/** What users say of their Redis, and what is wrong with it. */
import { describe, expect, it } from 'vitest'
import { ForebayError } from '@forebay/core'
import { redisBackend, redisBackendFromEnv } from '@forebay/redis'
import { optionsFromEnvironment } from '../../../packages/redis/src/connection/environment.ts'
import { settingsOf } from '../../../packages/redis/src/connection/settings.ts'

const nobody = { username: undefined, password: undefined }

describe('a url', () => {
  it.each([
    ['redis://h', { node: { host: 'h', port: 6379 }, user: nobody, db: 0, tls: undefined }],
    ['redis://h:7000/', { node: { host: 'h', port: 7000 }, user: nobody, db: 0, tls: undefined }],
    ['redis://[::1]:7000/3', { node: { host: '::1', port: 7000 }, user: nobody, db: 3, tls: undefined }],
    [
      'rediss://ann:p%40ss%2Fw%3Ard%25@h:1/15',
      { node: { host: 'h', port: 1 }, user: { username: 'ann', password: 'p@ss/w:rd%' }, db: 15, tls: {} },
    ],
    [
      'redis://:s%C3%A9same@h',
      {
        node: { host: 'h', port: 6379 },
        user: { username: undefined, password: 'sésame' },
        db: 0,
        tls: undefined,
      },
    ],
    [
      'redis://a%20b:100%@h',
      {
        node: { host: 'h', port: 6379 },
        user: { username: 'a b', password: '100%' },
        db: 0,
        tls: undefined,
      },
    ],
  ])('%s', (url, { node, user, db, tls }) => {
    const settings = settingsOf(url)
    expect(settings.target).toEqual({ type: 'server', node })
    expect([settings.user, settings.db, settings.tls]).toEqual([user, db, tls])
  })

  it('gives way to options', () => {
    const settings = settingsOf('rediss://ann:one@h/1', { password: 'two', db: 2, tls: { servername: 's' } })
    expect(settings.user).toEqual({ username: 'ann', password: 'two' })
    expect([settings.db, settings.tls]).toEqual([2, { servername: 's' }])
  })

  it.each([
    '',
    'localhost:6379',
    'http://h',
    'redis://',
    'redis://h/db',
    'redis://h/1/2',
    'redis://h:99999',
    'redis://h?db=2',
    'redis://h/-1',
    'redis://h/65536',
  ])('%j is not accepted', (url) => {
    expect(() => settingsOf(url)).toThrow(ForebayError)
  })

  it('is never told with its password', () => {
    const complaint = messageOf(() => settingsOf('redis://ann:hunter2@h:nowhere'))
    expect(complaint).toContain('@h:nowhere')
    expect(complaint).not.toContain('hunter2')
  })
})

describe('options', () => {
  it('name Sentinels, their own user, and the master', () => {
    const settings = settingsOf({
      sentinels: ['h1:26379', '[::1]:26380'],
      name: 'mymaster',
      password: 'p',
      tls: true,
      sentinelUsername: 'watch',
      sentinelPassword: 'w',
    })
    expect(settings.target).toEqual({
      type: 'sentinels',
      name: 'mymaster',
      nodes: [
        { host: 'h1', port: 26_379 },
        { host: '::1', port: 26_380 },
      ],
    })
    expect(settings.user).toEqual({ username: undefined, password: 'p' })
    expect(settings.sentinelUser).toEqual({ username: 'watch', password: 'w' })
    expect(settings.tls).toEqual({})
  })

  it.each([
    [{}, 'nothing says where Redis is'],
    [{ url: 'redis://h', cluster: ['h:1'] }, 'url and cluster are given'],
    [{ sentinels: ['h:1'] }, 'name is missing'],
    [{ sentinels: [], name: 'm' }, 'at least one'],
    [{ cluster: ['h:1', 'h'] }, 'cluster: "h" is not the address of a node'],
    [{ cluster: ['h:1', 'h:0'] }, '"h:0"'],
    [{ cluster: ['::1:7000'] }, '"::1:7000"'],
    [{ cluster: [7000] }, '7000 is not the address'],
    [{ cluster: ['h:1'], db: 1 }, 'a Cluster has only database 0'],
    [{ cluster: ['h:1'], name: 'm' }, 'it belongs to sentinels'],
    [{ sentinels: ['h1:1', ' '], name: 'm' }, 'sentinels: " "'],
    [{ url: 'redis://h', pasword: 'x' }, "Did you mean 'password'?"],
    [{ url: 'rediss://h', tls: false }, 'which means TLS'],
    [{ url: 'redis://h', tls: 'yes' }, 'tls'],
    [{ url: 'redis://h', db: 1.5 }, 'db'],
    [{ url: 'redis://h', db: -1 }, 'db'],
    [{ url: 'redis://h', timeout: 0 }, 'timeout'],
    [{ url: 'redis://h', timeout: '5 minutes' }, 'timeout'],
    [{ url: 'redis://h', compressAbove: -1 }, 'compressAbove'],
    [{ url: 'redis://h', compressAbove: 1.5 }, 'compressAbove'],
    [{ url: 'redis://h', compressAbove: '1kb' }, 'compressAbove'],
    [{ url: 'redis://h', prefix: '' }, 'prefix'],
    [{ url: 'redis://h', prefix: 'a{b}' }, 'prefix'],
    [{ url: 'redis://h', prefix: 'a b' }, 'prefix'],
    [{ url: 'redis://h', logger: {} }, 'logger'],
    [undefined, 'redisBackend'],
    [42, 'redisBackend'],
  ])('%j: %s', (options, part) => {
    expect(messageOf(() => redisBackend(options as never))).toContain(part)
  })

  it('refuses a second url', () => {
    const more = { url: 'redis://other' } as never
    expect(messageOf(() => redisBackend('redis://h', more))).toContain('url is given twice')
  })

  it.each([null, 5, 'more'])('refuses %j beside a url', (more) => {
    const complaint = messageOf(() => redisBackend('redis://h', more as never))
    expect(complaint).toBe(`redisBackend: ${JSON.stringify(more)} given as options. Accepted: an object.`)
  })

  it.each([{ password: 4711 }, { sentinelPassword: 4711 }, { url: new URL('redis://:4711@h/') }])(
    'are never told with a password of another type',
    (secret) => {
      const complaint = messageOf(() => settingsOf({ url: 'redis://h', ...secret }))
      expect(complaint).toContain('is not accepted')
      expect(complaint).not.toContain('4711')
    },
  )

  it('are never told with a password in a node', () => {
    const nodes = ['redis://ann:hunter2@h:7000']
    const complaint = messageOf(() => redisBackend({ cluster: nodes }))
    expect(complaint).toContain('"…@h:7000" is not the address of a node')
  })

  it('says of a client only what concerns it', () => {
    const client = { callBuffer: () => Promise.resolve(), status: 'wait' }
    expect(messageOf(() => redisBackend(client as never, { db: 1 } as never))).toContain("'db'")
    expect(settingsOf(client, { prefix: 'mine:' }).prefix).toBe('mine:')
  })
})

describe('the environment', () => {
  it.each([{}, { FOREBAY_REDIS_URL: '' }, { FOREBAY_REDIS_CLUSTER: ' ', FOREBAY_PREFIX: 'x' }])(
    'that names no Redis: %j',
    (environment) => expect(redisBackendFromEnv(environment)).toBeUndefined(),
  )

  it.each([
    [{ FOREBAY_REDIS_URL: 'redis://h:1' }, { url: 'redis://h:1' }],
    [
      {
        FOREBAY_REDIS_URL: 'redis://h:1',
        FOREBAY_REDIS_USERNAME: 'ann',
        FOREBAY_REDIS_PASSWORD: 'p@ss',
        FOREBAY_REDIS_DB: '2',
        FOREBAY_REDIS_TLS: 'true',
        FOREBAY_PREFIX: 'shop:',
      },
      { url: 'redis://h:1', username: 'ann', password: 'p@ss', db: 2, tls: true, prefix: 'shop:' },
    ],
    [
      { FOREBAY_REDIS_SENTINELS: 'h1:1, h2:2', FOREBAY_REDIS_SENTINEL_NAME: 'm', FOREBAY_REDIS_TLS: '0' },
      { sentinels: ['h1:1', 'h2:2'], name: 'm', tls: false },
    ],
    [{ FOREBAY_REDIS_CLUSTER: 'h1:1,[::1]:2' }, { cluster: ['h1:1', '[::1]:2'] }],
  ])('%j', (environment, options) => {
    expect(optionsFromEnvironment(environment)).toEqual(options)
    expect(redisBackendFromEnv(environment)).toMatchObject({ kind: 'redis', shared: true })
  })

  it.each([
    [
      { FOREBAY_REDIS_SENTINELS: 'h1:1,h2', FOREBAY_REDIS_SENTINEL_NAME: 'm' },
      'FOREBAY_REDIS_SENTINELS: "h2"',
    ],
    [{ FOREBAY_REDIS_CLUSTER: 'h1:1,' }, 'FOREBAY_REDIS_CLUSTER: ""'],
    [{ FOREBAY_REDIS_CLUSTER: 'h1:1,h2:port' }, '"h2:port"'],
    [{ FOREBAY_REDIS_SENTINELS: 'h1:1' }, 'FOREBAY_REDIS_SENTINEL_NAME is not'],
    [
      { FOREBAY_REDIS_URL: 'redis://h', FOREBAY_REDIS_CLUSTER: 'h:1' },
      'FOREBAY_REDIS_URL and FOREBAY_REDIS_CLUSTER',
    ],
    [{ FOREBAY_REDIS_URL: 'h:1' }, 'FOREBAY_REDIS_URL: "h:1"'],
    [{ FOREBAY_REDIS_URL: 'redis://h', FOREBAY_REDIS_DB: 'two' }, 'FOREBAY_REDIS_DB'],
    [{ FOREBAY_REDIS_URL: 'redis://h', FOREBAY_REDIS_DB: '99999' }, 'FOREBAY_REDIS_DB'],
    [{ FOREBAY_REDIS_CLUSTER: 'h:1', FOREBAY_REDIS_DB: '1' }, 'only database 0'],
    [{ FOREBAY_REDIS_URL: 'redis://h', FOREBAY_REDIS_TLS: 'maybe' }, 'FOREBAY_REDIS_TLS'],
    [{ FOREBAY_REDIS_URL: 'redis://h', FOREBAY_PREFIX: 'a{' }, 'FOREBAY_PREFIX: "a{"'],
  ])('%j: %s', (environment, part) => {
    expect(messageOf(() => redisBackendFromEnv(environment))).toContain(part)
  })
})

/** Of the ForebayError that is thrown. */
function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ForebayError) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

it('a logger that throws is told, and harms nobody', () => {
  const told: unknown[][] = []
  const throws = (...words: unknown[]): never => {
    told.push(words)
    throw new Error('no log')
  }
  const { logger } = settingsOf('redis://h', { logger: { warn: throws, error: throws } })
  logger.warn('a', 1)
  logger.error('b')
  expect(told).toEqual([['a', 1], ['b']])
})
