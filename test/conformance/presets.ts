/** Which scenarios each preset keeps. */
import { afterwards } from './afterwards-scenarios.ts'
import { reuse } from './reuse-scenarios.ts'
import { rfcOnly } from './rfc-scenarios.ts'
import type { Scenario } from './scenario.ts'
import { storing } from './storing-scenarios.ts'

const common: readonly Scenario[] = [...storing, ...reuse, ...afterwards]

export const presets: readonly (readonly [preset: string, scenarios: readonly Scenario[]])[] = [
  ['rfc', [...common, ...rfcOnly]],
  ['safe', common],
]
