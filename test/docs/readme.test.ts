/** The first examples of every README run as pasted: limited, and from the cache the second time. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'
import { buildPackages } from '../built-packages.ts'
import { freePort } from '../redis/free-port.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'
import { readmeBlocks } from './code-blocks.ts'

const serving = readmeBlocks().filter(({ code }) => code.includes('3000'))
let folder = ''
let redis: RedisNode

beforeAll(async () => {
  await buildPackages()
  redis = await startRedisNode()
  folder = scratchFolder('readme')
}, 60_000)

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await redis.stop()
})

describe.each(serving)('$name', ({ name, code }) => {
  it('runs as pasted', { timeout: 60_000 }, async () => {
    const port = await freePort()
    const file = join(folder, `${name.replaceAll(/[^\w-]/g, '_')}.mjs`)
    writeFileSync(
      file,
      code.replace('3000', String(port)).replace('localhost:6379', `127.0.0.1:${redis.port}`),
    )
    const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let complaints = ''
    child.stderr.on('data', (chunk) => (complaints += String(chunk)))
    try {
      const url = `http://127.0.0.1:${port}/products/42`
      await until('the example to listen', async () => {
        if (child.exitCode !== null) throw new Error(complaints)
        return (await fetch(new URL('/nothing', url))).status === 404
      })
      const first = await fetch(url)
      let second = await fetch(url)
      // On a busy machine Redis may be too slow for the cache's patience, which is a miss and no error, and its answer to
      // what the first one stores may come after the second one asks.
      await until('a hit', async () => {
        const isHit = second.headers.get('cache-status')?.includes('hit') === true
        if (!isHit && code.includes('redisBackend')) second = await fetch(url)
        return isHit
      })
      expect([first.status, second.status]).toEqual([200, 200])
      expect(await second.text()).toBe(await first.text())
      expect(second.headers.get('age')).toMatch(/^[0-9]$/)
      expect(second.headers.get('cache-status')).toMatch(/^forebay; hit; ttl=\d+$/)
      expect(second.headers.get('x-ratelimit-limit')).toBe('100')
      if (code.includes('app.put') || code.includes('router.put')) {
        expect((await fetch(url, { method: 'PUT' })).status).toBe(204)
        expect((await fetch(url)).headers.get('cache-status')).toContain('fwd=uri-miss')
      }
      // The same slowness is told of once, and that it is over.
      if (!code.includes('redisBackend')) expect(complaints).toBe('')
    } finally {
      await stop(child)
    }
  })
})

it('has a first example for each framework', () => {
  const front = serving.filter(({ name }) => name.startsWith('README.md')).map(({ code }) => code)
  for (const framework of ['express', 'fastify', 'koa']) {
    expect(front.some((code) => code.includes(`'@forebay/${framework}'`))).toBe(true)
  }
})

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}
