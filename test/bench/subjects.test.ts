import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataContestants } from '../../bench/src/contestants/data/index.ts'
import { decisionContestants } from '../../bench/src/contestants/decision/index.ts'
import { redisContestants } from '../../bench/src/contestants/redis/index.ts'
import type { Subject } from '../../bench/src/subject.ts'
import { dataScenes, dataSubject } from '../../bench/src/subjects/data.ts'
import { decisionSubject } from '../../bench/src/subjects/decision.ts'
import { redisScenes, redisSubject } from '../../bench/src/subjects/redis.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'

async function doesItsJob(subject: Subject): Promise<void> {
  try {
    await subject.check()
    await subject.run(20)
  } finally {
    await subject.close()
  }
}

it.each(decisionContestants)('$name decides in memory', ({ name }) => doesItsJob(decisionSubject(name, '3')))

describe('beside Redis', () => {
  let node: RedisNode
  beforeAll(async () => {
    node = await startRedisNode()
  })
  afterAll(() => node.stop())

  const url = (): string => `redis://127.0.0.1:${node.port}`

  describe.each(dataScenes)('$title', ({ title, isHit, lack }) => {
    const asked = dataContestants.filter(({ hasRedis }) => hasRedis !== true || isHit === true)
    it.each(asked)('$name', async (contestant) => {
      const missing = lack?.(contestant)
      const done = doesItsJob(dataSubject(contestant.name, title, url()))
      if (missing === undefined) await done
      else await expect(done).rejects.toThrow(missing)
    })
  })

  describe.each(redisScenes)('$title', ({ title }) => {
    it.each(redisContestants)('$name', ({ name }) => doesItsJob(redisSubject(name, title, url())))
  })
})

it('knows no others', () => {
  expect(() => decisionSubject('nobody', '1')).toThrow('no contestant nobody')
})
