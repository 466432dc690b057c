/** The demo and the examples with FOREBAY_REDIS_URL: they count and cache in Redis, several processes as one. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let redis: RedisNode

beforeAll(async () => {
  await buildPackages()
  redis = await startRedisNode()
}, 120_000)

afterAll(() => redis.stop())

const environment = (prefix: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PORT: '0',
  FOREBAY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  FOREBAY_PREFIX: prefix,
})

const keys = async (prefix: string): Promise<string[]> =>
  (await redis.command('KEYS', `${prefix}*`)) as string[]

it('the demo runs in Redis, and ends by itself', { timeout: 60_000 }, async () => {
  const demo = ['examples/demo/dist/main.js', '--once']
  const { stdout } = await promisify(execFile)(process.execPath, demo, {
    cwd: root,
    env: environment('demo:'),
  })
  expect(stdout).toContain('each behind rateLimit and responseCache, in Redis:')
  expect(stdout).toContain('logins that ran')
  for (const shop of [1, 2, 3]) expect((await keys(`demo:${shop}:`)).length).toBeGreaterThan(20)
})

it('the cluster counts and caches in Redis, and ends by itself', { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/cluster/main.js'], {
    cwd: root,
    env: environment('cluster:'),
  })
  expect(stdout).toContain('Stampede: 100 requests on 4 processes')
  expect((await keys('cluster:')).length).toBeGreaterThan(2)
})

describe.each(['express-basic', 'fastify-basic', 'koa-basic'])('examples/%s', (example) => {
  interface Running {
    readonly url: string
    readonly child: ChildProcess
  }

  async function start(prefix: string): Promise<Running> {
    const child = spawn(process.execPath, [`examples/${example}/server.js`], {
      cwd: root,
      env: environment(prefix),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
    return { url, child }
  }

  let tries = 0

  // A machine that is busy for 100 ms makes a process decide by itself, as it should: then once more.
  it('in two processes limits the login as one, and stops', { timeout: 60_000, retry: 8 }, async () => {
    const prefix = `${example}-${++tries}:`
    const running = await Promise.all([start(prefix), start(prefix)])
    try {
      await until('both to be connected', async () => {
        for (const { url } of running) await fetch(`${url}/nowhere`)
        const clients = String(await redis.command('CLIENT', 'LIST'))
        return clients.split('name=forebay ').length > 2
      })
      const statuses: number[] = []
      for (let attempt = 0; attempt < 7; attempt++) {
        const { status } = await fetch(`${running[attempt % 2]?.url}/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"password":"x"}',
        })
        statuses.push(status)
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
      const ask = async (): Promise<string> =>
        (await fetch(`${running[0].url}/products/42`)).headers.get('cache-status') ?? ''
      expect(await ask()).toContain('fwd=uri-miss')
      await until('a hit', async () => (await ask()).includes('hit'))
      expect((await keys(prefix)).length).toBeGreaterThan(2)
      for (const { child } of running) child.kill('SIGTERM')
      for (const { child } of running) if (child.exitCode === null) await once(child, 'exit')
      expect(running.map(({ child }) => child.exitCode)).toEqual([0, 0])
    } finally {
      for (const { child } of running) child.kill('SIGKILL')
    }
  })
})
