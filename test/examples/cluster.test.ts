import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'

beforeAll(buildPackages, 120_000)

it('shares responses, purges and a quota between the processes of a cluster, and ends by itself', async () => {
  const program = fileURLToPath(new URL('../../examples/cluster/main.js', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 30_000 })
  const gone = once(child, 'exit')
  expect(await text(child.stdout)).toBe(
    [
      'Stampede: 100 requests on 4 processes, 1 handler run, 1 report',
      'Purge: a new report everywhere',
      'Limit of 25: 25 of 60 requests admitted',
      '',
    ].join('\n'),
  )
  expect((await gone)[0]).toBe(0)
})
