/** The contract suites of forebay: what a backend and an adapter must keep. */
export { manualClock, type ManualClock } from './manual-clock.ts'
export type {
  AdapterHarness,
  NeutralApp,
  NeutralBody,
  NeutralReply,
  NeutralRequest,
  NeutralRoute,
  RunningApp,
} from './adapter-harness.ts'
