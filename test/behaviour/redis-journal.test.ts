/** What a journal leaves behind in Redis: bounded, under its prefix, with an end. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Journal, JournalReader } from '@forebay/core'
import { redisBackend, type RedisArgument, type RedisClient } from '@forebay/redis'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { ownPrefix } from '../redis/shared-backends.ts'
import { until } from '../redis/until.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
}, 60_000)

afterAll(() => node.stop())

it('keeps every key under the prefix, in one slot, for 30 days after its latest use', async () => {
  const prefix = ownPrefix()
  const { journal, close } = redisBackend(`redis://127.0.0.1:${node.port}`, {
    prefix,
    timeout: '5s',
  })
  await journal.append('orders', [{ key: 'a', value: Buffer.from('1') }], 10)
  const reader = await journal.open('orders', 60_000)
  await reader?.read(10)
  const names = (await node.command('KEYS', `${prefix}*`)) as string[]
  expect(names).toHaveLength(2)
  expect(new Set(names.map((name) => /\{.+\}/.exec(name)?.[0])).size).toBe(1)
  for (const name of names) {
    await node.command('PEXPIRE', name, '60000')
  }
  await reader?.renew(60_000)
  for (const name of names) {
    expect(Number(await node.command('PTTL', name))).toBeGreaterThan(29 * 24 * 3_600_000)
  }
  await close()
})

async function opened(journal: Journal, ttlMs: number): Promise<JournalReader> {
  let reader: JournalReader | undefined
  await until('the reader before to be over', async () => {
    reader = await journal.open('orders', ttlMs)
    return reader !== undefined
  })
  return reader as unknown as JournalReader
}

it('leaves no consumer of dead readers behind once what they left is taken, and no record once it is acknowledged', async () => {
  const prefix = ownPrefix()
  const { journal, close } = redisBackend(`redis://127.0.0.1:${node.port}`, {
    prefix,
    timeout: '5s',
  })
  const values = ['1', '2', '3'].map((value) => ({ key: 'a', value: Buffer.from(value) }))
  await journal.append('orders', values, 10)
  for (let i = 0; i < 3; i++) {
    // Once the one before is over; it may not be over before it has read, however busy the machine is.
    const dead = await opened(journal, 500)
    expect(await dead.read(1)).toHaveLength(1)
  }
  const stream = ((await node.command('KEYS', `${prefix}*s`)) as string[])[0] ?? ''
  const consumers = async (): Promise<number> =>
    ((await node.command('XINFO', 'CONSUMERS', stream, 'g')) as unknown[]).length
  const last = await opened(journal, 10_000)
  const ids: string[] = []
  await until('all records', async () => {
    ids.push(...((await last.read(10)) ?? []).map(({ id }) => id))
    return ids.length === 3
  })
  expect(await last.read(10)).toEqual([])
  expect(await consumers()).toBe(1)
  await last.acknowledge(ids)
  await last.release()
  expect(await consumers()).toBe(0)
  expect(await node.command('XLEN', stream)).toBe(0)
  await close()
})

it('adds nothing when a client sends a call again after a later one', async () => {
  // Sends again what a break left unanswered, as ioredis does by default.
  const client = new Redis(node.port, '127.0.0.1')
  const sent: RedisArgument[][] = []
  const plain = client.callBuffer.bind(client) as (
    command: string,
    words: RedisArgument[],
  ) => Promise<unknown>
  Object.assign(client, {
    callBuffer(command: string, words: RedisArgument[]) {
      if (command === 'evalsha') sent.push(words)
      return plain(command, words)
    },
  })
  const prefix = ownPrefix()
  const { journal, close } = redisBackend(client as unknown as RedisClient, {
    prefix,
    timeout: '5s',
  })
  await journal.append('warm-up', [], 1)
  for (const value of ['1', '2']) {
    expect(await journal.append('orders', [{ key: 'a', value: Buffer.from(value) }], 10)).toBe(1)
  }
  const [first, second] = sent.filter((words) => words.includes('"a"'))
  expect(await plain('evalsha', first ?? [])).toBe(-1)
  expect(await plain('evalsha', second ?? [])).toBe(1)
  const reader = await journal.open('orders', 60_000)
  expect((await reader?.read(10))?.map(({ value }) => Buffer.from(value).toString())).toEqual(['1', '2'])
  const names = (await node.command('KEYS', `${prefix}*`)) as string[]
  for (const name of names) expect(Number(await node.command('PTTL', name))).toBeGreaterThan(0)
  await close()
  client.disconnect()
})
