/** Every code block of the guides runs: no name is missing, no option is refused, nothing it asserts is wrong. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRateLimiter } from '@forebay/core'
import { redisBackend } from '@forebay/redis'
import { scratchFolder } from '../scratch-folder.ts'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { guideBlocks, root } from './code-blocks.ts'

const settings = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    noCheck: true,
    composite: false,
    isolatedDeclarations: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
  },
  include: ['*.ts'],
}

/** What the blocks declare of an app: a database that has everything, and functions of it. */
const declared = `
const row = async () => ({ name: 'Ada' })
globalThis.db = { user: row, save: row, saveMany: row }
globalThis.ordersOf = async () => ['order']
`

const blocks = guideBlocks().map((block) => ({
  ...block,
  file: `${block.name.replaceAll(/[^\w-]/g, '_')}.ts`,
}))
let folder = ''
let redis: RedisNode

beforeAll(async () => {
  await buildPackages()
  redis = await startRedisNode()
  folder = scratchFolder('run')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  writeFileSync(join(folder, 'declared.js'), declared)
  for (const { file, code, given } of blocks) writeFileSync(join(folder, file), runnable(code, given))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  expect(spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' }).stdout).toBe('')
}, 60_000)

afterAll(async () => {
  try {
    await leaveCounters()
    await tellsEveryKey()
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    await redis.stop()
  }
})

interface Ran {
  readonly code: number | null
  readonly complaints: string
}

async function run(file: string): Promise<Ran> {
  const child = spawn(process.execPath, ['--import', './declared.js', `./${file.replace('.ts', '.js')}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk) => (complaints += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, complaints: code === 0 ? '' : complaints }
}

it.concurrent.each(blocks)('$name runs', { timeout: 120_000 }, async ({ file }) => {
  let ran = await run(file)
  // A busy machine may need longer to connect to Redis than a backend waits by default: then once more.
  for (let more = 0; more < 5 && ran.complaints.includes('RedisUnavailable'); more++) ran = await run(file)
  expect(ran).toEqual({ code: 0, complaints: '' })
})

/** Ends when it has come to its last line: servers and connections are left to the end of the process. */
function runnable(code: string, given: Readonly<Record<string, { readonly value: string }>>): string {
  const known = Object.entries(given).map(([word, { value }]) => `const ${word} = ${value}\n`)
  const here = code
    .replaceAll("'redis://localhost:6379')", "'redis://localhost:6379', {})")
    // A busy machine may let it wait.
    .replaceAll("'redis://localhost:6379', {", `'redis://127.0.0.1:${redis.port}', { timeout: '10s',`)
    .replaceAll(/listen\(3000\b/g, 'listen(0')
  return `${known.join('')}${here}\nprocess.exit(0)\n`
}

/** What no block leaves: those that limit have no requests. */
async function leaveCounters(): Promise<void> {
  await using backend = redisBackend(`redis://127.0.0.1:${redis.port}`, { prefix: 'shop:', timeout: '10s' })
  const limiter = createRateLimiter({
    limit: 5,
    window: '1m',
    algorithm: 'sliding-log',
    timeout: '10s',
    backend,
  })
  const { source } = await limiter.consume('a')
  expect(source).toBe('backend')
}

/** The table of keys in docs/redis.md knows whatever was left in Redis. */
async function tellsEveryKey(): Promise<void> {
  const page = readFileSync(join(root, 'docs/redis.md'), 'utf8')
  const table = page.split('| below the prefix')[1]?.split('\n\n')[0] ?? ''
  const patterns = [...table.matchAll(/`([^`]+)`/g)].map(
    ([, name = '']) =>
      new RegExp(`^(?:shop|forebay):${name.replaceAll(/[{}]/g, String.raw`\$&`).replaceAll('…', '[^{}]+')}$`),
  )
  const keys = (await redis.command('KEYS', '*')) as readonly string[]
  expect(keys.length).toBeGreaterThan(0)
  expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([])
}
