/** Every scenario, in every framework, in the preset or presets that it is for. */
import { describe, it } from 'vitest'
import { frameworks } from '../parity/frameworks.ts'
import { play } from './play.ts'
import { presets } from './presets.ts'

describe.each(frameworks)('$name', (harness) => {
  describe.each(presets)('%s', (preset, scenarios) => {
    it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_name, scenario) => {
        await play(harness, preset, scenario)
      },
    )
  })
})
