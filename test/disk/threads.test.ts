/** Worker threads on one folder, together with the thread that started them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createCache } from '@forebay/core'
import { diskBackend } from '@forebay/disk'
import { buildPackages } from '../built-packages.ts'
import { silent, testFolder, type TestFolder } from './disk-nodes.ts'

const program = `
  import { parentPort, workerData } from 'node:worker_threads'
  const built = (name) => import(workerData.root + 'packages/' + name + '/dist/index.js')
  const { createCache, createRateLimiter } = await built('core')
  const { diskBackend } = await built('disk')
  const logger = { warn: () => undefined, error: console.error }
  const backend = diskBackend({ path: workerData.path, logger })
  const cache = createCache({ namespace: 'threads', ttl: '1h', backend })
  const limiter = createRateLimiter({ limit: 50, window: '1h', group: 'threads', backend })
  // Stays alive for as long as it listens, as a server would.
  parentPort.on('message', async () => {
    let admitted = 0
    for (let asked = 0; asked < 200; asked++) {
      if ((await limiter.consume('client')).allowed) admitted++
      await new Promise(setImmediate)
    }
    const value = await cache.getOrLoad('made once', async () => {
      parentPort.postMessage('made')
      await new Promise((resolve) => setTimeout(resolve, 200))
      return 'value'
    })
    await cache.close()
    await backend.close()
    parentPort.postMessage({ admitted, value })
    parentPort.close()
  })
  parentPort.postMessage('ready')
`

interface Done {
  readonly admitted: number
  readonly value: string
}

let folder: TestFolder

beforeAll(buildPackages, 120_000)

beforeEach(() => {
  folder = testFolder()
})

afterEach(() => folder.remove())

it('count on one quota, make a value once, and end by themselves', async () => {
  const backend = diskBackend({ path: folder.path, logger: silent })
  const root = new URL('../../', import.meta.url).href
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`)
  const threads = [1, 2, 3].map(
    () => new Worker(url, { workerData: { path: folder.path, root }, execArgv: [] }),
  )
  let made = 0
  let ready = 0
  const done: Done[] = []
  const ended = threads.map(
    (thread) =>
      new Promise((resolve, reject) => {
        thread.once('error', reject)
        thread.once('exit', resolve)
        thread.on('message', (message: 'ready' | 'made' | Done) => {
          if (message === 'made') made++
          else if (message !== 'ready') done.push(message)
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
          else if (++ready === threads.length) for (const each of threads) each.postMessage('go')
        })
      }),
  )
  expect(await Promise.all(ended)).toEqual([0, 0, 0])
  expect(done.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(50)
  expect(done.map(({ value }) => value)).toEqual(['value', 'value', 'value'])
  expect(made).toBe(1)
  const cache = createCache({ namespace: 'threads', ttl: '1h', backend })
  expect(await cache.get('made once')).toBe('value')
  await cache.close()
  await backend.close()
})

it('end with their process, whatever they are writing', async () => {
  const thread = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { diskBackend } = await import(workerData.root + 'packages/disk/dist/index.js')
    const { limits } = diskBackend({ path: workerData.path })
    const policy = { name: 'p', limit: 1e9, windowMs: 3_600_000, algorithm: 'fixed-window', burst: 1e9 }
    parentPort.postMessage('writing')
    for (;;) {
      for (let turn = 0; turn < 20; turn++) limits.consume('group', 'key', [{ policy, units: 1 }])
      await new Promise(setImmediate)
    }
  `
  const main = `
    import { once } from 'node:events'
    import { Worker } from 'node:worker_threads'
    const [, root, path, thread] = process.argv
    const { diskBackend } = await import(root + 'packages/disk/dist/index.js')
    diskBackend({ path })
    const url = new URL('data:text/javascript,' + encodeURIComponent(thread))
    const threads = [1, 2, 3].map(() => new Worker(url, { workerData: { root, path }, execArgv: [] }))
    for (const each of threads) each.on('error', () => undefined)
    await Promise.all(threads.map((each) => once(each, 'message')))
    setTimeout(() => process.exit(7), 20)
  `
  const root = new URL('../../', import.meta.url).href
  for (let round = 0; round < 2; round++) {
    const words = ['--input-type=module', '-e', main, root, folder.path, thread]
    const child = spawn(process.execPath, words, { stdio: 'inherit', timeout: 30_000, killSignal: 'SIGKILL' })
    expect(await once(child, 'exit')).toEqual([7, null])
  }
})
