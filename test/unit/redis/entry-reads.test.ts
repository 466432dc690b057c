/** What is sent to Redis for what is read in a tick, and when the server's time is asked for. */
import { describe, expect, it } from 'vitest'
import { manualClock, type ManualClock } from '@forebay/testing'
import type { Connection } from '../../../packages/redis/src/connection/connection.ts'
import { Reads } from '../../../packages/redis/src/entries/reads.ts'
import { RedisClock } from '../../../packages/redis/src/redis-clock.ts'

type Answer = (words: readonly string[]) => unknown

interface Reading {
  readonly reads: Reads
  readonly local: ManualClock
  readonly clock: RedisClock
  /** Commands as they were sent. */
  readonly sent: string[]
  /** What is answered to a command from now on; a promise as it is. */
  answer(command: string, answer: Answer): void
}

const serverTime = (): unknown => ['2000', '500000'].map((word) => Buffer.from(word))
const nothing = (words: readonly string[]): unknown => words.map(() => null)

function reading(isCluster = false): Reading {
  const sent: string[] = []
  const answers = new Map<string, Answer>([
    ['TIME', serverTime],
    ['MGET', nothing],
    ['GET', () => null],
  ])
  const call = async (command: string, words: readonly string[]): Promise<unknown> => {
    sent.push([command, ...words].join(' '))
    return answers.get(command)?.(words)
  }
  const local = manualClock(1_000_000)
  const clock = new RedisClock(local)
  const connection = { isCluster, call } as unknown as Connection
  return {
    reads: new Reads({ connection, clock, local }),
    local,
    clock,
    sent,
    answer: (command, answer) => void answers.set(command, answer),
  }
}

describe("the server's time", () => {
  it('is there before the first value', async () => {
    const { reads, clock, sent } = reading()
    await reads.ask(['a'])
    expect(sent).toEqual(['TIME', 'MGET a'])
    expect(Math.abs(clock.now() - 2_000_500)).toBeLessThan(1)
  })

  it('is asked for again after a while, and then nobody waits for it', async () => {
    const { reads, local, sent, answer } = reading()
    await reads.ask(['a'])
    local.advance(29_000)
    await reads.ask(['a'])
    expect(sent).toEqual(['TIME', 'MGET a', 'MGET a'])
    answer('TIME', () => new Promise(() => undefined))
    local.advance(2_000)
    await reads.ask(['a'])
    await reads.ask(['a'])
    expect(sent.slice(3)).toEqual(['TIME', 'MGET a', 'MGET a'])
    local.advance(1_000)
    await reads.ask(['a'])
    expect(sent.slice(6)).toEqual(['TIME', 'MGET a'])
  })

  it.each<[what: string, answer: Answer]>([
    ['is refused', () => Promise.reject(new Error('NOPERM'))],
    ['is nonsense', () => 'OK'],
    ['is no number', () => ['a', 'b']],
  ])('that %s keeps no value back', async (_what, nonsense) => {
    const { reads, clock, local, answer } = reading()
    answer('TIME', nonsense)
    answer('MGET', () => [Buffer.from('value')])
    expect(await reads.ask(['a'])).toEqual([Buffer.from('value')])
    expect(clock.now()).toBe(local.now())
  })
})

describe('what is asked in a tick', () => {
  it('is read together, each name once, and in order for everybody', async () => {
    const { reads, sent, answer } = reading()
    answer('MGET', (words) => words.map((word) => Buffer.from(word)))
    const values = await Promise.all([reads.ask(['h', 'a']), reads.ask(['h', 'b']), reads.ask(['b', 'h'])])
    expect(sent).toEqual(['TIME', 'MGET h a b'])
    expect(values.map(String)).toEqual(['h,a', 'h,b', 'b,h'])
  })

  it('is read one by one in a Cluster, each name once', async () => {
    const { reads, sent, answer } = reading(true)
    answer('GET', ([name]) => Buffer.from(name ?? ''))
    const values = await Promise.all([reads.ask(['h', 'a']), reads.ask(['h', 'b'])])
    expect(sent).toEqual(['TIME', 'GET h', 'GET a', 'GET b'])
    expect(values.map(String)).toEqual(['h,a', 'h,b'])
  })

  it('fails alone in a Cluster, and is nothing where something else stands', async () => {
    const { reads, answer } = reading(true)
    answer('GET', ([name]) => {
      if (name === 'lost') throw new Error('CLUSTERDOWN')
      throw new Error('WRONGTYPE Operation against a key')
    })
    const asked = [reads.ask(['lost', 'a']), reads.ask(['a', 'b'])]
    const [lost, other] = await Promise.allSettled(asked)
    expect(lost).toMatchObject({ status: 'rejected', reason: { message: 'CLUSTERDOWN' } })
    expect(other).toEqual({ status: 'fulfilled', value: [null, null] })
  })

  it.each([[null], ['OK'], [[]], [[1, 2]], [['a', 'b']], [[null, null, null]]])(
    'fails where the answer is nonsense: %j',
    async (nonsense) => {
      const { reads, answer } = reading()
      answer('MGET', () => nonsense)
      const [one, other] = await Promise.allSettled([reads.ask(['a']), reads.ask(['b'])])
      expect([one?.status, other?.status]).toEqual(['rejected', 'rejected'])
    },
  )
})
