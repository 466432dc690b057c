/** The examples of the data cache run to their end by themselves, in memory and on Redis, and say what they promise. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { ownPrefix } from '../redis/shared-backends.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let node: RedisNode

beforeAll(async () => {
  await buildPackages()
  node = await startRedisNode()
}, 120_000)

afterAll(() => node.stop())

interface Told {
  readonly stdout: string
  readonly stderr: string
}

function runOnce(example: string, environment: Readonly<Record<string, string>>): Promise<Told> {
  return promisify(execFile)(process.execPath, [`examples/${example}/main.js`, '--once'], {
    cwd: root,
    env: { ...process.env, ...environment, FOREBAY_PREFIX: ownPrefix() },
    timeout: 30_000,
  })
}

async function run(example: string, environment: Readonly<Record<string, string>>): Promise<string[]> {
  let told = await runOnce(example, environment)
  // A machine that is busy for 100 ms makes a process do without Redis for a while, as it should: then once more.
  for (let more = 0; more < 5 && told.stderr.includes('the redis backend failed'); more++) {
    told = await runOnce(example, environment)
  }
  expect(told.stderr).toBe('')
  return told.stdout.trimEnd().split('\n')
}

const places = [
  ['memory', () => ({})],
  ['redis', () => ({ FOREBAY_REDIS_URL: `redis://127.0.0.1:${node.port}` })],
] as const

describe.each(places)('on %s', (kind, environment) => {
  it(
    'examples/patterns asks as little of the database as each pattern needs',
    { timeout: 120_000 },
    async () => {
      const [first, ...lines] = await run('patterns', environment())
      expect(first).toBe(`on ${kind}`)
      const costs = Object.fromEntries(
        lines.map(
          (line) =>
            /^(?<pattern>[a-z -]+?) +(?<cost>\d+ reads, \d+ writes) /.exec(line)?.slice(1) ?? [line, ''],
        ),
      )
      expect(costs).toEqual({
        'cache-aside': '1 reads, 0 writes',
        'single flight': '1 reads, 0 writes',
        'read-through': '2 reads, 0 writes',
        'negative caching': '1 reads, 0 writes',
        'refresh-ahead': expect.stringMatching(/^[23] reads, 0 writes$/),
        'stale-while-revalidate': '2 reads, 0 writes',
        'stale-if-error': '2 reads, 0 writes',
        'write-through': '0 reads, 1 writes',
        'write-behind': expect.stringMatching(/^0 reads, [12] writes$/),
        memoize: '2 reads, 0 writes',
      })
    },
  )

  it(
    'examples/write-behind survives a database that is away, and on Redis a killed process',
    { timeout: 120_000 },
    async () => {
      const lines = await run('write-behind', environment())
      expect(lines[0]).toBe(`on ${kind}`)
      expect(lines[1]).toMatch(/^1000 writes accepted; the cache says 1000, /)
      expect(lines[2]).toMatch(/^flushed in \d+ batches; the database says 1000$/)
      expect(lines[3]).toBe('the database is away; the cache says 2000, the database 1000')
      expect(lines[4]).toBe('it is back, and says 2000')
      expect(lines[5]).toMatch(
        kind === 'redis' ? /killed after 10 writes; the database says 10$/ : /^in memory/,
      )
    },
  )
})

it.each(['patterns', 'write-behind'])('examples/%s stays short', async (example) => {
  const source = await readFile(`${root}examples/${example}/main.js`, 'utf8')
  expect(source.split('\n').length).toBeLessThan(110)
})
