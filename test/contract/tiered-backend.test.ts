/** Tiers over a shared store keep the contract of a backend. */
import { backendContract } from '@forebay/testing'
import { simulatedFleet } from '../tiers/simulated-fleet.ts'

backendContract({
  name: 'tiered',
  start: async () => {
    const { clock, tiered } = simulatedFleet({ subscribeMs: 50 })
    const [backend, neighbour] = [tiered(0), tiered(1)]
    return {
      backend,
      neighbour,
      advance: async (ms) => clock.advance(ms),
      stop: async () => void (await Promise.all([backend.close(), neighbour.close()])),
    }
  },
})

backendContract({
  name: 'tiered with a live bus',
  start: async () => {
    const { clock, tiered } = simulatedFleet()
    const [backend, neighbour] = [tiered(0), tiered(1)]
    return {
      backend,
      neighbour,
      advance: async (ms) => clock.advance(ms),
      stop: async () => void (await Promise.all([backend.close(), neighbour.close()])),
    }
  },
})
