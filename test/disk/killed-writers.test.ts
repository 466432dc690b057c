/** Write-behind on disk: what was accepted reaches the source, in order per key, though its processes are killed. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { byKey, startWriter, writerFiles, type WriterFiles } from '../redis/killed-writers.ts'
import { until } from '../redis/until.ts'
import { testFolder, type TestFolder } from './disk-nodes.ts'

let folder: TestFolder
let files: WriterFiles

beforeAll(buildPackages, 120_000)

beforeEach(async () => {
  folder = testFolder()
  files = await writerFiles()
})

afterEach(async () => {
  folder.remove()
  await files.remove()
})

it('loses nothing that was accepted, and keeps the order of every key', { timeout: 60_000 }, async () => {
  const options = { url: folder.path, folder: files.folder, queue: 'killed' }
  for (let round = 0; round < 4; round++) {
    const before = (await files.accepted()).length
    const writer = await startWriter({ ...options, keys: `round${round}` })
    await until('accepted writes', async () => (await files.accepted()).length > before + 40)
    await writer.kill()
  }
  const heir = await startWriter({ ...options, keys: 'none' })
  const accepted = byKey(await files.accepted())
  await until('all to reach the source', async () => {
    const source = byKey(await files.source())
    return [...accepted].every(([key, values]) => (source.get(key)?.at(-1) ?? 0) >= (values.at(-1) ?? 0))
  })
  expect(await heir.stop()).toBe(0)
  const source = byKey(await files.source())
  for (const [key, values] of accepted) {
    const seen = source.get(key) ?? []
    // One more may have been accepted than its writer lived to note.
    expect([0, 1], key).toContain((seen.at(-1) ?? 0) - (values.at(-1) ?? 0))
    expect(seen, key).toEqual(seen.toSorted((a, b) => a - b))
  }
})
