/** A process that is told to end while the Redis of its journal hangs: it ends in time, and what it accepted is flushed by another. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { createCache, writeBehind } from '@forebay/core'
import { redisBackend } from '@forebay/redis'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'

const program = `
  const { createCache, writeBehind } = await import('@forebay/core')
  const { redisBackend } = await import('@forebay/redis')
  const quiet = { warn() {}, error() {} }
  const backend = redisBackend(process.argv[1], { logger: quiet })
  const cache = createCache({ namespace: 'count', ttl: '1m', backend, logger: quiet })
  const flush = (entries) => console.log('flushed ' + entries.length)
  const buffer = writeBehind(cache, { flush, interval: '1h', closeTimeout: '1s', lease: '1s', logger: quiet })
  const write = (key) => buffer.write(key, key.length).then(
    () => console.log('accepted ' + key),
    (error) => console.log('refused ' + error.code),
  )
  process.on('message', async () => {
    await write('while it hangs')
    process.send('refused')
  })
  process.on('SIGTERM', async () => {
    const began = performance.now()
    await buffer.close()
    await cache.close()
    await backend.close()
    console.log('closed ' + (performance.now() - began))
    process.disconnect()
  })
  for (const key of ['a', 'bb', 'ccc']) await write(key)
  process.send('ready')
`

beforeAll(buildPackages, 120_000)

it(
  'ends within closeTimeout and a little, and loses nothing that was accepted',
  { timeout: 60_000 },
  async () => {
    await using node = await startRedisNode()
    const url = `redis://127.0.0.1:${node.port}`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, url], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    let said = ''
    child.stdout?.on('data', (chunk) => (said += String(chunk)))
    const ended = once(child, 'close')
    try {
      await once(child, 'message')
      node.pause()
      child.send('go')
      await once(child, 'message')
      child.kill('SIGTERM')
      const [code] = await ended
      expect(code).toBe(0)
    } finally {
      child.kill('SIGKILL')
      node.resume()
    }
    const lines = said.trim().split('\n')
    const closed = lines.pop() ?? ''
    expect(lines).toEqual(['accepted a', 'accepted bb', 'accepted ccc', 'refused FOREBAY_UNAVAILABLE'])
    expect(closed).toMatch(/^closed \d/)
    // 1 s of trying, half a second for an answer that does not come, and what a busy machine takes.
    expect(Number(closed.split(' ')[1])).toBeLessThan(6_000)

    await using backend = redisBackend(url, { timeout: '5s' })
    await using cache = createCache<number>({ namespace: 'count', ttl: '1m', backend })
    const source = new Map<string, number>()
    const flush = (entries: [string, number][]): void =>
      entries.forEach(([key, value]) => source.set(key, value))
    await using successor = writeBehind(cache, { flush, interval: 50, lease: '1s' })
    await until('what was accepted to be flushed', () => ['a', 'bb', 'ccc'].every((key) => source.has(key)))
    await successor.flush()
    source.delete('while it hangs')
    expect(Object.fromEntries(source)).toEqual({ a: 1, bb: 2, ccc: 3 })
  },
)
