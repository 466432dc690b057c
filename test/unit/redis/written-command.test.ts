import fc from 'fast-check'
import { Command } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { WrittenCommand, writtenOut } from '../../../packages/redis/src/connection/written-command.ts'
import type { Question } from '../../../packages/redis/src/limits/question.ts'
import { KeyNames } from '../../../packages/redis/src/limits/key-names.ts'
import { consumePlan } from '../../../packages/redis/src/limits/plans.ts'
import { consumingCall } from '../../../packages/redis/src/limits/travelling.ts'

const text = fc.string({ unit: 'binary', maxLength: 20 })

describe('a command that is written out', () => {
  test('goes to the server as ioredis would have sent it', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (words) => {
        const bySelf = new Command('evalsha', [...words])
        expect(new WrittenCommand('evalsha', words, writtenOut(words)).toWritable()).toBe(
          bySelf.toWritable(undefined as never),
        )
      }),
    )
  })

  test('goes to the node of its key', () => {
    const words = ['id', '1', '{tag}key', 'more']
    const command = new WrittenCommand('evalsha', words, writtenOut(words))
    expect(command.getKeys()).toEqual(['{tag}key'])
    expect(command.getSlot()).toBe(new Command('get', ['{tag}']).getSlot())
  })
})

describe('decisions that travel together', () => {
  const algorithm = fc.constantFrom('sliding-window', 'fixed-window', 'sliding-log', 'gcra')
  const question = fc.record({
    key: text,
    limit: fc.integer({ min: 1, max: 3 }),
    units: fc.integer({ min: 1, max: 3 }),
  })

  test('are written out as their keys and words are', () => {
    fc.assert(
      fc.property(text, algorithm, fc.array(question, { minLength: 1 }), (prefix, name, wanted) => {
        const names = new KeyNames(prefix)
        const asked = wanted.map(({ key, limit, units }): Question => {
          const policy = { name, algorithm: name, limit, windowMs: 1_000, burst: limit }
          const plan = consumePlan([{ policy, units }], undefined)
          return { name: names.of('group', key), plan, policies: 1, answered: () => {}, failed: () => {} }
        })
        const { keys, words, written } = consumingCall(asked, true)
        expect(written).toBe(writtenOut([...keys, ...words].map(String)))
      }),
    )
  })
})
