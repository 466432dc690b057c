/** The memory backend keeps the contract of a backend. */
import { memoryBackend } from '@forebay/core'
import { backendContract, manualClock } from '@forebay/testing'

backendContract({
  name: 'memory',
  start: async () => {
    const clock = manualClock()
    const backend = memoryBackend({ clock })
    return { backend, advance: async (ms) => clock.advance(ms), stop: () => backend.close() }
  },
})
