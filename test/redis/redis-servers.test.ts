/** The servers of our own that tests run against: they start, answer, and leave nothing behind. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startRedisCluster } from './redis-cluster.ts'
import { startRedisNode } from './redis-node.ts'
import { startRedisSentinels } from './redis-sentinels.ts'

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}/exe`) || isAlive(pid)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.concurrent('a Redis server of our own', () => {
  it('answers on loopback and is gone after stop', async () => {
    const node = await startRedisNode()
    expect(await node.command('SET', 'key', 'välue')).toBe('OK')
    expect(await node.command('STRLEN', 'key')).toBe(6)
    await expect(node.command('INCR', 'key')).rejects.toThrow('not an integer')
    await node.stop()
    await node.stop()
    expect(isRunning(node.pid)).toBe(false)
  })

  it('can be killed and brought back on its port', async () => {
    const killed = await startRedisNode()
    await killed.kill()
    await expect(killed.command('PING')).rejects.toThrow()
    const back = await startRedisNode({ port: killed.port })
    expect(await back.command('PING')).toBe('PONG')
    await Promise.all([killed.stop(), back.stop()])
  })

  it('fails over between sentinels', async () => {
    const group = await startRedisSentinels()
    expect(await group.masterPort()).toBe(group.master.port)
    await group.master.kill()
    await group.failedOver()
    await group.stop()
  })

  it('forms a cluster of three masters', async () => {
    const cluster = await startRedisCluster()
    const [first] = cluster.nodes
    expect(String(await first?.command('CLUSTER', 'INFO'))).toContain('cluster_slots_ok:16384')
    await cluster.stop()
    expect(cluster.nodes.some((node) => isRunning(node.pid))).toBe(false)
  })
})
