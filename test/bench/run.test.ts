import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject, it, expect } from 'vitest'
import { bars } from '../../bench/src/bars/index.ts'
import type { Result } from '../../bench/src/result.ts'
import { buildPackages } from '../built-packages.ts'

interface Report {
  readonly results: Readonly<Record<string, readonly Result[]>>
  readonly bars: { readonly rows: readonly (readonly string[])[] }
}

const main = fileURLToPath(new URL('../../bench/dist/main.js', import.meta.url))

async function bench(
  ...words: readonly string[]
): Promise<{ readonly text: string; readonly report: Report }> {
  const folder = await mkdtemp(join(tmpdir(), 'forebay-bench-'))
  const redis = inject('redisServer')
  const env = { ...process.env, ...(typeof redis !== 'string' && { REDIS_SERVER_BIN: redis.path }) }
  try {
    const asked = [main, ...words, '--smoke', '--results', folder]
    const { stdout } = await promisify(execFile)(process.execPath, asked, { env })
    const json = await readFile(join(folder, 'latest.json'), 'utf8')
    return { text: stdout, report: JSON.parse(json) as Report }
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('runs from end to end: processes of their own, tables, bars and files', { timeout: 180_000 }, async () => {
  await buildPackages()
  const parts = ['decision', 'http-limit', 'accuracy']
  const only = ['one key', 'new keys', 'limit-allowed, koa', 'accuracy']
  const { text, report } = await bench(...parts, ...only.flatMap((title) => ['--only', title]))
  const results = Object.values(report.results).flat()
  expect(results.map(({ title }) => title)).toEqual([
    'decision in memory, one key',
    'decision in memory, 1,000 new keys',
    'limit-allowed, koa',
    'accuracy, 2 processes, 100 per 0.2 s',
  ])
  for (const { rows } of results) {
    expect(rows.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(rows.flatMap((row) => Object.values(row.values).flat()).every(Number.isFinite)).toBe(true)
  }
  expect(text).toContain('\nlimit-allowed, koa\n')
  // One key, a limiter's cost on Koa, and what it admits; a thousand keys are not the million of the other bars.
  expect(report.bars.rows).toHaveLength(4)
})

it('names the parts there are to whoever asks for another', async () => {
  await buildPackages()
  const failure: unknown = await bench('decisions').catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 2 })
  expect(String((failure as { readonly stderr: unknown }).stderr)).toContain('Known: decision, redis, http')
})

it('has a bar for every part', () => {
  const parts = new Set(bars.map(({ part }) => part))
  expect([...parts]).toEqual([
    'decision',
    'redis',
    'http-limit',
    'http-cache',
    'data-cache',
    'stampede',
    'accuracy',
  ])
})
