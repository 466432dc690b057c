import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startWorker } from '../../bench/src/worker.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forebay-worker-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.mjs`)
  await writeFile(path, text)
  return pathToFileURL(path).href
}

it('says why a process cannot begin', async () => {
  const throws = await script('throws', "throw new TypeError('no such option')")
  await expect(startWorker(throws, [])).rejects.toThrow('its process ended: TypeError: no such option')
  const says = await script('says', "process.send({ failure: 'no nginx found' })")
  await expect(startWorker(says, [])).rejects.toThrow('no nginx found')
})

it('says that a process died on the way, however often it is asked', async () => {
  const dies = await script('dies', "process.on('message', () => process.exit(3)); process.send({})")
  const worker = await startWorker(dies, [])
  await expect(worker.ask('once')).rejects.toThrow('its process ended')
  await expect(worker.ask('again')).rejects.toThrow('its process ended')
  await worker.stop()
})

it('answers, and ends with the last question', async () => {
  const echoes = await script(
    'echoes',
    "process.on('message', (answer) => process.send({ answer })); process.send({})",
  )
  const worker = await startWorker(echoes, [])
  expect(await worker.ask('how much')).toBe('how much')
  await worker.stop()
})
