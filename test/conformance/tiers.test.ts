/** Every scenario on two nodes with near memory that are asked in turn: what one stores or purges, the other goes by. */
import { describe, it } from 'vitest'
import { expressHarnesses } from '../harness/express.ts'
import { simulatedFleet } from '../tiers/simulated-fleet.ts'
import { atOnce, play } from './play.ts'
import { presets } from './presets.ts'

describe.each(presets)('%s', (preset, scenarios) => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const [harness] = expressHarnesses
    if (harness === undefined) throw new Error('no framework')
    await play(harness, preset, scenario, (clock) => {
      const { tiered } = simulatedFleet({ clock })
      return [atOnce(tiered(0)), atOnce(tiered(1))]
    })
  })
})
