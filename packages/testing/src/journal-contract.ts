/** The suite of a journal: what was accepted is read in order, by one reader at a time, until it is acknowledged. */
import { describe } from 'vitest'
import type { BackendHarness } from './backend-harness.ts'
import { accepting } from './journal/accepting.ts'
import { reading } from './journal/reading.ts'
import { takingOver } from './journal/taking-over.ts'

/** Declares the tests, for a backend that has a journal; to be called at the top level of a test file or within `describe`. */
export function journalContract(harness: BackendHarness): void {
  describe(`${harness.name}: journal`, () => {
    accepting(harness)
    reading(harness)
    takingOver(harness)
  })
}
