/** Where a disk backend lies, and what it does with a place that is none. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskBackend, type DiskBackend } from '@forebay/disk'
import { silent, testFolder, type TestFolder } from '../../disk/disk-nodes.ts'
import { scopeNamed } from '../../tiers/scope.ts'

let folder: TestFolder
let opened: DiskBackend[]

beforeEach(() => {
  folder = testFolder()
  opened = []
})

afterEach(async () => {
  await Promise.all(opened.map((backend) => backend.close()))
  folder.remove()
})

function open(path: string = folder.path): DiskBackend {
  const backend = diskBackend({ path, logger: silent })
  opened.push(backend)
  return backend
}

const fileIn = (path: string): string =>
  join(path, readdirSync(path).find((name) => name.endsWith('.mdb')) ?? 'none')

it('makes the folder, and lets nobody else look into it', () => {
  const path = join(folder.path, 'deep', 'cache')
  open(path)
  expect(statSync(path).mode & 0o777).toBe(0o700)
  const files = readdirSync(path)
  expect(files.map((name) => name.replace(/[0-9a-f]{32}/, 'boot'))).toEqual([
    'forebay-1-boot.mdb',
    'forebay-1-boot.mdb-lock',
  ])
  expect(files.map((name) => statSync(join(path, name)).mode & 0o777)).toEqual([0o600, 0o600])
})

it('warns of a folder that anybody may write to', () => {
  chmodSync(folder.path, 0o777)
  const lines: unknown[] = []
  const logger = { warn: (line: unknown) => lines.push(line), error: () => undefined }
  opened.push(diskBackend({ path: folder.path, logger }))
  expect(lines).toContainEqual(expect.stringContaining('anybody may write'))
})

it('opens in spite of a logger that throws', () => {
  chmodSync(folder.path, 0o777)
  const warn = (): never => {
    throw new Error('full')
  }
  opened.push(diskBackend({ path: folder.path, logger: { warn, error: warn } }))
  expect(statSync(fileIn(folder.path)).isFile()).toBe(true)
})

it('removes what an earlier start of the machine left, and nothing else', () => {
  const earlier = `forebay-1-${'0'.repeat(32)}.mdb`
  for (const name of [earlier, `${earlier}-lock`, 'notes.txt', 'other.mdb']) {
    writeFileSync(join(folder.path, name), 'text')
  }
  open()
  const left = readdirSync(folder.path)
  expect(left).not.toContain(earlier)
  expect(left).not.toContain(`${earlier}-lock`)
  expect(left).toEqual(expect.arrayContaining(['notes.txt', 'other.mdb']))
})

describe('a path that cannot be used', () => {
  it('is told by an error that names it: a file', () => {
    const path = join(folder.path, 'file')
    writeFileSync(path, '')
    expect(() => open(path)).toThrow(/path: ".*file" cannot be used: it is a file/)
    expect(() => open(join(path, 'below'))).toThrow(/cannot be used: it is a file/)
  })

  it.each([1, 100, 5_000, 20_000])(
    'is told by an error that names it: %i bytes that are no such file',
    (size) => {
      open()
      const name = fileIn(folder.path).slice(folder.path.length + 1)
      const path = join(folder.path, 'other')
      mkdirSync(path)
      writeFileSync(join(path, name), Buffer.alloc(size, 'x'))
      expect(() => open(path)).toThrow(expect.objectContaining({ code: 'FOREBAY_INVALID_OPTION' }))
      expect(() => open(path)).toThrow(/is not a file of forebay; without it, a new one is begun/)
    },
  )

  it('begins anew in an empty file', async () => {
    open()
    const path = join(folder.path, 'other')
    mkdirSync(path)
    writeFileSync(join(path, fileIn(folder.path).slice(folder.path.length + 1)), '')
    expect((await open(path).health()).ok).toBe(true)
  })

  it('is told by an error that names it: a file that was cut off', async () => {
    const backend = open()
    const scope = scopeNamed('scope')
    const stamp = await backend.entries.stamp(scope)
    const now = backend.clock.now()
    const value = 'x'.repeat(3_000_000)
    const life = { storedAt: now, staleAt: now + 60_000, deleteAt: now + 60_000 }
    await backend.entries.set(scope, 'key', { value, bytes: 10, stamp, labels: [], path: '/', ...life })
    await backend.close()
    const file = fileIn(folder.path)
    const whole = readFileSync(file)
    truncateSync(file, 100_000)
    expect(() => open()).toThrow(/was cut off; without it, a new one is begun/)
    writeFileSync(file, whole)
    expect((await open().entries.get(scope, 'key'))?.entry.value).toBe(value)
  })
})

describe('options', () => {
  it.each([
    [undefined, /diskBackend: path: undefined is not accepted/],
    [{}, /diskBackend: path: undefined is not accepted/],
    ['./cache', /diskBackend: "\.\/cache" given as options. Accepted: an object/],
    [{ path: '' }, /diskBackend: path: "" is not accepted/],
    [
      { path: 'x', maxBytes: 5 },
      /diskBackend: maxBytes: 5 is not accepted. Accepted: a whole number of at least 1048576/,
    ],
    [{ path: 'x', maxByte: 5 }, /unknown option 'maxByte'. Did you mean 'maxBytes'/],
    [{ path: 'x', logger: {} }, /logger/],
  ])('%j', (options, message) => {
    expect(() => diskBackend(options as never)).toThrow(message)
  })
})

describe('after close', () => {
  it('every part says so, and other backends on the path go on', async () => {
    const closed = open()
    const other = open()
    await closed.close()
    const scope = scopeNamed('scope')
    const code = expect.objectContaining({ code: 'FOREBAY_CLOSED' })
    expect(() => closed.entries.get(scope, 'key')).toThrow(code)
    expect(() => closed.limits.unblock('group', 'key')).toThrow(code)
    expect(() => closed.locks.acquire('key', 1_000)).toThrow(code)
    expect(() => closed.bus.publish('topic', 'message')).toThrow(code)
    expect(() => closed.journal.open('stream', 1_000)).toThrow(code)
    expect((await closed.health()).ok).toBe(false)
    // Whoever watches several sources is not to lose all of them.
    expect(closed.entries.stats()).toEqual({ entries: 0, bytes: 0, evictions: 0 })
    expect(closed.limits.stats()).toEqual({ keys: 0, evictions: 0 })
    expect((await other.health()).ok).toBe(true)
    expect(await other.locks.acquire('key', 1_000)).toBeDefined()
  })
})
