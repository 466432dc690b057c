/**
 * Processes that are killed in the middle of write-behind: nothing accepted is lost, and the source sees the values of every
 * key in their order. Rounds: FOREBAY_KILL_ROUNDS, 20 by default.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { byKey, startWriter, writerFiles, type Writer } from './killed-writers.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

const lanes = ['one', 'other'] as const
const rounds = Math.ceil(Number(process.env['FOREBAY_KILL_ROUNDS'] ?? 20) / lanes.length)

let node: RedisNode

beforeAll(async () => {
  await buildPackages()
  node = await startRedisNode()
}, 120_000)

afterAll(() => node.stop())

describe.concurrent.each(lanes)('write-behind, queue %s', (queue) => {
  it(
    `loses nothing in ${rounds} rounds of kill -9, and keeps the order of every key`,
    { timeout: 120_000 },
    async () => {
      const files = await writerFiles()
      const prefix = ownPrefix()
      const start = (keys: string): Promise<Writer> =>
        startWriter({ url: `redis://127.0.0.1:${node.port}`, folder: files.folder, queue, keys, prefix })
      // The next one starts while the one before it writes: it is killed in the middle of something, and taken over from.
      let next: Promise<Writer> = start('w0')
      let reached = 0
      for (let round = 1; round <= rounds; round++) {
        const writer = await next
        next = start(round < rounds ? `w${round}` : 'none')
        await until(`flushes in round ${round}`, async () => (await files.source()).length > reached)
        await wait(Math.random() * 60)
        await writer.kill()
        reached = (await files.source()).length
      }
      const last = await next
      expect(await last.stop()).toBe(0)

      const accepted = byKey(await files.accepted())
      const source = byKey(await files.source())
      expect(accepted.size).toBeGreaterThan(rounds)
      for (const [key, values] of accepted) {
        const seen = source.get(key) ?? []
        // One more may have been accepted than its writer lived to note.
        expect([0, 1], key).toContain((seen.at(-1) ?? 0) - (values.at(-1) ?? 0))
        expect(seen, key).toEqual(seen.toSorted((a, b) => a - b))
      }
      // Nothing is left in the journal.
      const streams = (await node.command('KEYS', `${prefix}{j:*s`)) as string[]
      expect(streams).toHaveLength(1)
      expect(await node.command('XLEN', streams[0] ?? '')).toBe(0)
      await files.remove()
    },
  )
})
