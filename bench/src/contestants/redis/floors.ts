/** What a command to Redis costs when nothing is decided: a GET, and the smallest script that counts. */
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import type { RedisContestant } from '../../redis-contestant.ts'

export const plainGet: RedisContestant = {
  name: 'GET',
  role: 'floor',
  make({ url }) {
    const client = new Redis(url)
    return {
      decide: async (key) => (await client.get(key)) === null,
      close: async () => client.disconnect(),
    }
  },
}

const count = `local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n`

export const smallestScript: RedisContestant = {
  name: 'smallest script',
  role: 'floor',
  make({ url, limit, windowMs }) {
    const client = new Redis(url)
    const sha = createHash('sha1').update(count).digest('hex')
    const loaded = client.script('LOAD', count)
    return {
      async decide(key) {
        await loaded
        return Number(await client.evalsha(sha, 1, `floor:${key}`, windowMs)) <= limit
      },
      close: async () => client.disconnect(),
    }
  },
}
