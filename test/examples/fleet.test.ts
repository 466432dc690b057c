import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode } from '../redis/redis-node.ts'

const example = fileURLToPath(new URL('../../examples/fleet/', import.meta.url))

async function run(folder: string, environment: NodeJS.ProcessEnv): Promise<{ code: unknown; told: string }> {
  const child = spawn(process.execPath, [join(folder, 'main.js')], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 50_000,
  })
  const gone = once(child, 'exit')
  const told = await text(child.stdout)
  const [code] = (await gone) as [unknown]
  return { code, told }
}

beforeAll(buildPackages, 120_000)

it(
  'runs the slow handler once for 200 requests on four processes, shows a purge on all of them, and ends by itself',
  { timeout: 60_000 },
  async () => {
    await using redis = await startRedisNode()
    const { FOREBAY_PREFIX: _prefix, ...environment } = process.env
    const url = `redis://127.0.0.1:${redis.port}`
    const { code, told } = await run(example, { ...environment, FOREBAY_REDIS_URL: url })
    expect(told).toContain('Stampede: 200 requests, 1 report made\n')
    const runs = [...told.matchAll(/node \d: (\d) handler runs/g)].map(([, count]) => Number(count))
    expect(runs.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1])
    expect(told).toContain('prices before 40, 40, 40, 40\n')
    expect(told).toContain('prices after 35, 35, 35, 35: everywhere')
    expect(code).toBe(0)
  },
)

it('says what it needs where there is no Redis, and installs nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'forebay-example-'))
  try {
    await cp(example, folder, { recursive: true })
    const { code, told } = await run(folder, { PATH: folder })
    expect(told).toContain('This example needs Redis or Valkey, and found none.')
    expect(code).toBe(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
