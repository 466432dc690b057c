/** A process ends by itself when its backend was never used, and when it is closed, whatever state Redis is in. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { freePort } from './free-port.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { startRedisSentinels, type RedisSentinels } from './redis-sentinels.ts'

const program = `
  const { createRateLimiter } = await import('@forebay/core')
  const { redisBackend } = await import('@forebay/redis')
  const [, where, step] = process.argv
  const backend = redisBackend(JSON.parse(where))
  const limiter = createRateLimiter({ limit: 5, window: '1m', backend, timeout: '50ms' })
  if (step === 'unused') console.log('unused')
  else {
    const undo = backend.bus.subscribe('topic', { message: () => {}, gap: () => {} })
    const { ok } = await backend.health()
    const { allowed } = await limiter.consume('client')
    // Whatever is on its way when it is closed: nobody waits for it, and nothing of it is unhandled.
    const under = [limiter.consume('other'), backend.health(), backend.locks.acquire('lock', 1_000).catch(() => {})]
    if (step === 'closed at once') await backend.close()
    await Promise.all(under)
    await backend.close()
    console.log(JSON.stringify({ ok, allowed }))
  }
`

let node: RedisNode
let silent: RedisNode
let group: RedisSentinels
let cluster: RedisCluster
let nowhere = 0

beforeAll(async () => {
  await buildPackages()
  nowhere = await freePort()
  ;[node, silent, group, cluster] = await Promise.all([
    startRedisNode(),
    startRedisNode(),
    startRedisSentinels(),
    startRedisCluster(),
  ])
  silent.pause()
}, 120_000)

afterAll(() => Promise.all([node, silent, group, cluster].map((server) => server.stop())))

const at = ({ port }: { readonly port: number }): string => `127.0.0.1:${port}`

const places: readonly (readonly [string, boolean, () => object])[] = [
  ['one server', true, () => ({ url: `redis://${at(node)}`, timeout: '5s' })],
  ['Sentinels', true, () => ({ sentinels: group.sentinels.map(at), name: group.name, timeout: '5s' })],
  ['a Cluster', true, () => ({ cluster: cluster.nodes.map(at), timeout: '5s' })],
  ['nobody', false, () => ({ url: `redis://127.0.0.1:${nowhere}` })],
  ['nobody by name', false, () => ({ url: 'redis://nobody.invalid' })],
  ['a silent server', false, () => ({ url: `redis://${at(silent)}` })],
  ['no Sentinels', false, () => ({ sentinels: [`127.0.0.1:${nowhere}`], name: 'm' })],
  ['a silent Sentinel', false, () => ({ sentinels: [at(silent)], name: 'm' })],
  ['no Cluster', false, () => ({ cluster: [`127.0.0.1:${nowhere}`] })],
  ['a silent Cluster', false, () => ({ cluster: [at(silent)] })],
]

/** What it printed; rejects for a process that had to be killed, or failed. */
async function run(where: object, step: string): Promise<string> {
  const words = ['--input-type=module', '-e', program, JSON.stringify(where), step]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    timeout: 40_000,
  })
  expect(stderr).not.toMatch(/unhandled/i)
  return stdout.trim()
}

describe.concurrent.each(places)('on %s', (_name, ok, where) => {
  it('closed', async () => {
    const step = ok ? 'closed' : 'closed at once'
    expect(JSON.parse(await run(where(), step))).toEqual({ ok, allowed: true })
  })
})

it('closed at once, with questions on their way', async () => {
  expect(
    JSON.parse(await run({ url: `redis://${at(node)}`, timeout: '5s' }, 'closed at once')),
  ).toMatchObject({ ok: true })
})

it('unused', async () => {
  expect(await run({ url: `redis://${at(node)}` }, 'unused')).toBe('unused')
})
