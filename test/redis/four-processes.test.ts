/** Four processes on one Redis admit together what one would. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'

const opening = `
  const { createRateLimiter } = await import('@forebay/core')
  const { redisBackend } = await import('@forebay/redis')
  const [, url, prefix, begin] = process.argv
  const backend = redisBackend(url, { prefix, timeout: '10s' })
  const limiterOf = (options) =>
    createRateLimiter({ backend, timeout: '10s', onBackendError: 'closed', ...options })
  if (!(await backend.health()).ok) throw new Error('no Redis')
  await new Promise((resolve) => setTimeout(resolve, begin - Date.now()))
`

const atOnce = `${opening}
  const limiter = limiterOf({ limit: 50, window: '1h', group: 'at once' })
  const decisions = await Promise.all(Array.from({ length: 200 }, () => limiter.consume('client')))
  console.log(JSON.stringify(decisions.filter(({ allowed }) => allowed).length))
  await backend.close()
`

/** The instants on the server's clock at which it was admitted: where the quota will be whole again, less the window. */
const hammering = `${opening}
  const windowMs = 400
  const until = performance.now() + 4.5 * windowMs
  const hammer = async (algorithm) => {
    const limiter = limiterOf({ limit: 1000, window: windowMs, group: algorithm, algorithm })
    const admitted = []
    const worker = async () => {
      while (performance.now() < until) {
        const decision = await limiter.consume('client')
        if (decision.allowed) admitted.push(decision.resetAt - windowMs)
        else await new Promise(setImmediate)
      }
    }
    await Promise.all(Array.from({ length: 32 }, worker))
    return admitted
  }
  console.log(JSON.stringify(await Promise.all(['sliding-window', 'sliding-log', 'fixed-window'].map(hammer))))
  await backend.close()
`

let node: RedisNode

beforeAll(async () => {
  await buildPackages()
  node = await startRedisNode()
}, 120_000)

afterAll(() => node.stop())

async function inFourProcesses<T>(program: string): Promise<T[]> {
  const begin = String(Date.now() + 1_000)
  const words = ['--input-type=module', '-e', program, `redis://127.0.0.1:${node.port}`, ownPrefix(), begin]
  const cwd = fileURLToPath(new URL('../../', import.meta.url))
  const run = async (): Promise<T> => {
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd, maxBuffer: 64 * 2 ** 20 })
    return JSON.parse(stdout) as T
  }
  return Promise.all([run(), run(), run(), run()])
}

it('800 decisions at once on a quota of 50 admit exactly 50', async () => {
  const admitted = await inFourProcesses<number>(atOnce)
  expect(admitted.reduce((sum, one) => sum + one)).toBe(50)
})

it('hammering 1000 per window never exceeds it in any', { timeout: 60_000 }, async () => {
  const runs = await inFourProcesses<readonly number[][]>(hammering)
  const timesBy = (index: number): number[] =>
    runs.flatMap((run) => run[index] ?? []).toSorted((one, other) => one - other)
  for (const times of [timesBy(0), timesBy(1)]) {
    // More than what one window has.
    expect(times.length).toBeGreaterThan(1_000)
    expect(times.filter((at, index) => (times[index + 1_000] ?? Infinity) - at < 400)).toEqual([])
  }
  const perWindow = new Map<number, number>()
  for (const at of timesBy(2)) perWindow.set(at, (perWindow.get(at) ?? 0) + 1)
  expect(perWindow.size).toBeGreaterThan(1)
  expect(Math.max(...perWindow.values())).toBeLessThanOrEqual(1_000)
})
