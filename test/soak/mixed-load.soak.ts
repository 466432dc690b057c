/** A minute of everything at once: after the first quarter nothing grows any more. */
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { redisBackend } from '@forebay/redis'
import { freshCounts, LoadedApp } from '../faults/loaded-app.ts'
import { quiet } from '../faults/fault.ts'
import { startMoodyProxy } from '../faults/moody-proxy.ts'
import { expressHarnesses } from '../harness/express.ts'
import { startRedisNode } from '../redis/redis-node.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const warmUpMs = 15_000
const soakMs = 45_000

interface Sample {
  readonly heapMiB: number
  /** Sockets, timers and whatever else keeps a process alive. */
  readonly handles: number
  readonly listeners: number
}

async function sample(): Promise<Sample> {
  collectGarbage()
  await wait(50)
  collectGarbage()
  return {
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

test('heap, handles and listeners stay where they are', { timeout: 120_000 }, async () => {
  const node = await startRedisNode()
  const proxy = await startMoodyProxy(node.port)
  const backend = redisBackend(`redis://127.0.0.1:${proxy.port}`, { logger: quiet })
  const app = new LoadedApp(backend)
  await app.start(expressHarnesses[0]!)
  app.load()
  let turn = 0
  const mixing = setInterval(() => {
    turn++
    if (turn % 5 === 0) void app.purge(turn % 40)
    if (turn % 100 === 50) proxy.become({ kind: 'silent' })
    if (turn % 100 === 60) proxy.become({ kind: 'fair' })
    if (turn % 100 === 90) proxy.breakAll()
  }, 50)
  let requests = 0
  /** The test's own notes are no growth of the app's. */
  const forget = (): void => {
    const { failed, wrongBodies, words } = app.counts
    expect({ failed, wrongBodies, words }).toEqual({ failed: 0, wrongBodies: 0, words: [] })
    requests += app.counts.requests
    app.counts = freshCounts()
    app.admissions.forget()
  }
  const run = async (ms: number): Promise<Sample> => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await wait(1_000)
      forget()
    }
    return await sample()
  }
  try {
    const before = await run(warmUpMs)
    const after = await run(soakMs)
    console.log(JSON.stringify({ requests, before, after }))
    expect(after.heapMiB).toBeLessThan(before.heapMiB + 4)
    expect(after.handles).toBeLessThan(before.handles + 20)
    expect(after.listeners).toBe(before.listeners)
  } finally {
    clearInterval(mixing)
    proxy.become({ kind: 'fair' })
    await app.stop()
    await backend.close()
    await proxy.stop()
    await node.stop()
  }
})
