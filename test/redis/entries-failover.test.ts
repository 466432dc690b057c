/** A master that is lost: what was stored is found, what was purged is not, and what is made anew is stored. */
import { expect, it } from 'vitest'
import type { CacheEntry } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { scopeNamed } from '../../packages/testing/src/cache-store/entries.ts'
import type { RedisNode } from './redis-node.ts'
import { startRedisSentinels } from './redis-sentinels.ts'
import { until } from './until.ts'

const scope = scopeNamed('failover')
const at = ({ port }: RedisNode): string => `127.0.0.1:${port}`

async function make({ entries, clock }: RedisBackend, label: string): Promise<CacheEntry> {
  const stamp = await entries.stamp(scope)
  const now = clock.now()
  const times = { storedAt: now, staleAt: now + 600_000, deleteAt: now + 600_000 }
  return { value: label, bytes: 10, stamp, labels: [label], path: '/', ...times }
}

const offsetOf = async (node: RedisNode): Promise<string | undefined> =>
  /master_repl_offset:(\d+)/.exec(String(await node.command('INFO', 'replication')))?.[1]

it('a replica that Sentinels promote goes on where its master was', { timeout: 60_000 }, async () => {
  await using group = await startRedisSentinels()
  const open = (): RedisBackend =>
    redisBackend({ sentinels: group.sentinels.map(at), name: group.name, prefix: 'failover:' })
  await using one = open()
  await using other = open()
  for (const label of ['kept', 'purged']) {
    expect(await one.entries.set(scope, label, await make(one, label))).toBe(true)
    expect(await other.entries.get(scope, label)).toBeDefined()
  }
  const begun = await make(other, 'purged')
  await one.entries.mark(scope, [{ type: 'label', label: 'purged' }], { soft: false })
  await until(
    'the replica to be in step',
    async () => (await offsetOf(group.master)) === (await offsetOf(group.replica)),
  )
  await group.master.kill()
  await expect(other.entries.get(scope, 'kept')).rejects.toThrow()
  for (const node of [one, other]) {
    await until('an answer', async () => (await node.entries.get(scope, 'kept')) !== undefined)
    expect(await node.entries.get(scope, 'purged')).toBeUndefined()
    expect(await node.entries.set(scope, 'purged', begun)).toBe(false)
  }
  await group.failedOver()
  expect(await other.entries.set(scope, 'purged', await make(other, 'purged'))).toBe(true)
  expect((await one.entries.get(scope, 'purged'))?.entry.value).toBe('purged')
})
