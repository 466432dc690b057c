/** How much is measured: by time and not by number, so that a run takes about as long on every machine. */

export interface Effort {
  readonly rounds: number
  /** How long each contestant works in a round, about. */
  readonly sampleMs: number
  /** CPU time that each is given before anything is timed. A server is compiled after about a second of it. */
  readonly warmMs: number
  readonly newKeys: number
  /** A process of its own for each: fewer of them. */
  readonly newKeysRounds: number
  readonly accuracyWindowMs: number
  readonly accuracyProcesses: number
}

export type EffortName = 'full' | 'quick' | 'smoke'

export const efforts: Readonly<Record<EffortName, Effort>> = {
  full: {
    rounds: 13,
    sampleMs: 120,
    warmMs: 1_500,
    newKeys: 1_000_000,
    newKeysRounds: 3,
    accuracyWindowMs: 2_000,
    accuracyProcesses: 4,
  },
  quick: {
    rounds: 5,
    sampleMs: 80,
    warmMs: 1_000,
    newKeys: 1_000_000,
    newKeysRounds: 1,
    accuracyWindowMs: 1_000,
    accuracyProcesses: 4,
  },
  /** Shows that everything runs. Its numbers say nothing. */
  smoke: {
    rounds: 1,
    sampleMs: 2,
    warmMs: 1,
    newKeys: 1_000,
    newKeysRounds: 1,
    accuracyWindowMs: 200,
    accuracyProcesses: 2,
  },
}
