/** The journal that tests work with keeps the contract of a journal. */
import { memoryBackend } from '@forebay/core'
import { journalContract, manualClock, simulatedJournal } from '@forebay/testing'

journalContract({
  name: 'simulated',
  async start() {
    const clock = manualClock()
    const backend = { ...memoryBackend({ clock }), journal: simulatedJournal(clock) }
    return { backend, advance: async (ms) => clock.advance(ms), stop: () => backend.close() }
  },
})
