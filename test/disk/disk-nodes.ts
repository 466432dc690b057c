/** Backends on a folder of their own, for suites and tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, type ManualClock, type RunningBackend } from '@forebay/testing'
import type { DiskBackend } from '@forebay/disk'
import { diskBackendWith } from '../../packages/disk/src/disk-backend.ts'

export const silent = { warn: () => undefined, error: () => undefined }

export interface TestFolder {
  readonly path: string
  remove(): void
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'forebay-disk-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface TimedDisk extends RunningBackend {
  readonly backend: DiskBackend
  readonly neighbour: DiskBackend
  readonly clock: ManualClock
  readonly path: string
}

/** Two backends on one folder, whose time a test moves by hand. */
export function timedDisk(maxBytes?: number): TimedDisk {
  const folder = testFolder()
  const clock = manualClock()
  const open = (): DiskBackend =>
    diskBackendWith({ path: folder.path, logger: silent, ...(maxBytes && { maxBytes }) }, clock)
  const [backend, neighbour] = [open(), open()]
  return {
    backend,
    neighbour,
    clock,
    path: folder.path,
    advance: async (ms) => clock.advance(ms),
    async stop() {
      await Promise.all([backend.close(), neighbour.close()])
      folder.remove()
    },
  }
}
