/** The contract suites of forebay: what a backend and an adapter must keep. */
export { adapterContract } from './adapter-contract.ts'
export type {
  AdapterHarness,
  GivenBackend,
  NeutralApp,
  NeutralBody,
  NeutralReply,
  NeutralRequest,
  NeutralRoute,
  RunningApp,
} from './adapter-harness.ts'
export { backendContract } from './backend-contract.ts'
export type { BackendHarness, RunningBackend } from './backend-harness.ts'
export { busContract } from './bus-contract.ts'
export { cacheStoreContract } from './cache-store-contract.ts'
export { journalContract } from './journal-contract.ts'
export { simulatedJournal } from './journal/simulated-journal.ts'
export { lockStoreContract } from './lock-store-contract.ts'
export { manualClock, type ManualClock } from './manual-clock.ts'
export { rateLimitStoreContract } from './rate-limit-store-contract.ts'
