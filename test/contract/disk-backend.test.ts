/** The disk backend keeps the contract of a backend, and of a journal: with a time of its own, and with the machine's. */
import { setTimeout as wait } from 'node:timers/promises'
import { diskBackend } from '@forebay/disk'
import { memoryBackend, tieredBackend } from '@forebay/core'
import { backendContract, busContract, cacheStoreContract, journalContract } from '@forebay/testing'
import { silent, testFolder, timedDisk } from '../disk/disk-nodes.ts'

backendContract({ name: 'disk', start: async () => timedDisk() })

journalContract({ name: 'disk', start: async () => timedDisk() })

cacheStoreContract({
  name: 'tiered on disk',
  start: async () => {
    const disk = timedDisk()
    const near = memoryBackend({ clock: disk.clock })
    return { ...disk, backend: tieredBackend({ near, far: disk.backend }) }
  },
})

busContract({
  name: 'disk, by the time of the machine',
  start: async () => {
    const { path, remove } = testFolder()
    const backend = diskBackend({ path, logger: silent })
    const neighbour = diskBackend({ path, logger: silent })
    return {
      backend,
      neighbour,
      advance: async (ms) => {
        await wait(ms)
      },
      stop: async () => {
        await Promise.all([backend.close(), neighbour.close()])
        remove()
      },
    }
  },
})
