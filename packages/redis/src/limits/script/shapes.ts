/** Which numbers are kept of each policy, by how they are used, and how a record tells them apart. */
import type { AlgorithmName } from '@forebay/core'

/**
 * The names of a state's numbers. A group in a record (`record.ts`) has the still ones of all its policies, what their
 * charges have in common, then the moving, the told and the cold ones of all.
 */
export interface Shape {
  /** What the shape is called in a record: one letter. */
  readonly letter: string
  /** Read with every charge. */
  readonly still: readonly string[]
  /** Changed by every charge. */
  readonly moving: readonly string[]
  /** Read only for an answer. */
  readonly told: readonly string[]
  /** Seldom needed, and mostly not even read. */
  readonly cold: readonly string[]
  /**
   * What charges have in common, under whatever policy, since the group was written anew: how many units they were (`since`),
   * to be added to the last still number; and when the latest was (`latest`), instead of the second cold number.
   */
  readonly shared: readonly ('since' | 'latest')[]
}

/** Of the older segments of a sliding window, newest first: last hit and units. */
export const olderSegments: readonly number[] = [2, 3, 4, 5, 6]

export const shapes: Readonly<Record<AlgorithmName, Shape>> = {
  'sliding-window': {
    letter: 'w',
    still: ['forMs', 'holds', 'used'],
    moving: [],
    told: ['begins', 'oldest', 'older'],
    cold: ['endsAt', 'l1', ...olderSegments.flatMap((segment) => [`l${segment}`, `u${segment}`])],
    shared: ['since', 'latest'],
  },
  'fixed-window': {
    letter: 'f',
    still: ['closes', 'used'],
    moving: [],
    told: [],
    cold: ['endsAt'],
    shared: ['since'],
  },
  'sliding-log': {
    letter: 'l',
    still: ['endsAt', 'chargedAt', 'forgotten', 'lines', 'used', 'newest'],
    moving: [],
    told: [],
    cold: [],
    shared: [],
  },
  'token-bucket': {
    letter: 't',
    still: ['endsAt'],
    moving: ['taken', 'part', 'filledAt'],
    told: [],
    cold: [],
    shared: [],
  },
  gcra: {
    letter: 'g',
    still: ['endsAt', 'toldLimit', 'toldMs'],
    moving: ['arrival', 'part'],
    told: [],
    cold: [],
    shared: [],
  },
}

const names = Object.keys(shapes) as AlgorithmName[]

function rowOf({ letter, still, moving, told, cold, shared }: Shape): string {
  const ends = [...still, ...moving, ...told, ...cold].indexOf('endsAt') + 1
  const counts = `still = ${still.length}, moving = ${moving.length}, told = ${told.length}, cold = ${cold.length}`
  return `  ${letter} = { ${counts}, ends = ${ends}, shared = ${shared.length} },`
}

/** The same for scripts. `ends`: the place of the instant at which a state ends, among its numbers. */
export const shapesSource: string = `
local shapes = {
${names.map((name) => rowOf(shapes[name])).join('\n')}
  b = { still = 3, moving = 0, told = 0, cold = 0, ends = 3, shared = 0 },
  d = { still = 1, moving = 0, told = 0, cold = 0, ends = 1, shared = 0 },
}
`
